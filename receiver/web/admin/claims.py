"""Pages of claims of identity that were not believed: staff dismiss one, or move the store."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.domain.shop_identity import ClaimReason
from receiver.errors import InputError, Refused
from receiver.paging import Page
from receiver.services.connections.claims import claims_of_store, dismiss_claim, page_of_claims
from receiver.services.connections.move_store import move_store
from receiver.services.decisions.preview import DecisionPreview, run_with_preview
from receiver.services.stores.show import show_store
from receiver.web.admin.previews import CHANGED, preview_token, was_previewed
from receiver.web.admin.sign_in import operators_only, staff_only

claim_pages = Blueprint("claims", __name__, url_prefix="/admin", template_folder="templates")

PAGE = 50
# Why a claim is held, in words.
CLAIM_REASONS = {
    ClaimReason.COPY: "a shop there reports this store's UUID: a copy of it, or the store after a move",
    ClaimReason.HOME: "a shop there reports this store's address as its own home",
    ClaimReason.REPLACED: "another installation of WooCommerce answers at the store's address",
    ClaimReason.ELSEWHERE: (
        "the store's own shop or messages name this address, or its address redirects there"
    ),
}

_SAME_UUID = {True: "it has the same UUID", False: "it has another UUID", None: "it names no UUID"}
_IS_HOME = {
    True: "it calls this address its home",
    False: "it calls another address its home",
    None: "it names no home",
}


@claim_pages.app_template_filter("evidence_lines")
def evidence_lines(evidence: Mapping[str, Any] | None) -> list[str]:
    """Return what a check of the claimed address showed, line by line."""
    if evidence is None:
        return []
    redirects = "redirects there for good" if evidence["redirects"] else "does not redirect there"
    findings = [f"the store’s address {redirects}"]
    if evidence["trouble"] is not None:
        return [*findings, f"its keys do not open it: {evidence['trouble'].replace('_', ' ')}"]
    return [*findings, "its keys open it", _SAME_UUID[evidence["same_uuid"]], _IS_HOME[evidence["is_home"]]]


@claim_pages.get("/claims")
@staff_only
def show() -> str | tuple[str, int]:
    """List the claims of identity that are held."""
    try:
        page = page_of_claims(current_container().database, after=request.args.get("after"), limit=PAGE)
    except InputError as error:
        return _page(Page(), str(error)), 400
    return _page(page)


@claim_pages.post("/claims/<int:claim_id>/dismiss")
@operators_only
def dismiss(claim_id: int) -> Response:
    """Dismiss a claim of identity, with a reason."""
    container, reason = current_container(), request.form.get("reason", "")
    claim = dismiss_claim(container, claim_id, reason=reason, actor=g.person.email)
    return redirect(url_for("stores.store", store_id=claim["store"], _anchor="connection"), 303)


@claim_pages.get("/stores/<store_id>/move")
@operators_only
def move(store_id: str) -> str:
    """Show the form that moves a store to another address."""
    return _move_page(store_id, request.args)


@claim_pages.post("/stores/<store_id>/move")
@operators_only
def do_move(store_id: str) -> Response | str | tuple[str, int]:
    """Preview moving the store; move it when `do=move` and the preview still holds."""
    container, actor = current_container(), g.person.email
    form_values = {name: request.form.get(name, "").strip() for name in ("url", "reason")}
    act = partial(
        move_store,
        store_id=store_id,
        url=form_values["url"],
        reason=form_values["reason"],
        actor=actor,
    )
    try:
        effect = run_with_preview(container, store_id, act, dry_run=True)
        token = preview_token(form_values, effect.outcome, effect.answer)
        if request.form.get("do") != "move":
            return _move_page(store_id, form_values, effect=effect, token=token)
        if not was_previewed(token):
            return _move_page(store_id, form_values, effect=effect, token=token, refused=CHANGED), 409
        run_with_preview(container, store_id, act)
    except (InputError, Refused) as error:
        status = 400 if isinstance(error, InputError) else 409
        return _move_page(store_id, form_values, refused=str(error)), status
    return redirect(url_for("stores.store", store_id=store_id, _anchor="connection"), 303)


def _page(page: Page[dict[str, Any]], refused: str = "") -> str:
    return render_template("claims.html", page=page, claim_reasons=CLAIM_REASONS, refused=refused)


def _move_page(
    store_id: str,
    form_values: Mapping[str, str],
    *,
    effect: DecisionPreview | None = None,
    token: str = "",
    refused: str = "",
) -> str:
    return render_template(
        "store_move.html",
        store=show_store(current_container().database, store_id),
        claims=claims_of_store(current_container().database, store_id),
        claim_reasons=CLAIM_REASONS,
        form_values=form_values,
        effect=effect,
        token=token,
        refused=refused,
    )
