"""Actions of operators on a store; each leads back to its page."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.errors import InputError, NotFound, Refused
from receiver.services.connections.disconnect import erase_store
from receiver.services.connections.errands import request_check
from receiver.services.connections.rotate import request_rotation
from receiver.services.stores import likeness
from receiver.services.stores.admit import admit_store
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.links import remove_link
from receiver.services.stores.merge import Merged, merchant_of, merge_merchants
from receiver.services.stores.show import show_store
from receiver.web.admin.previews import CHANGED, preview_token, was_previewed
from receiver.web.admin.sign_in import operators_only

OVERLAP_HOURS = 24  # during which the old secrets verify too

store_actions = Blueprint("store_actions", __name__, url_prefix="/admin/stores", template_folder="templates")


@store_actions.post("/<store_id>/check")
@operators_only
def check(store_id: str) -> Response:
    """Request a check of the store's connection; the worker does it, and the page shows its progress."""
    request_check(current_container(), store_id)
    return _back(store_id)


@store_actions.post("/<store_id>/rotate")
@operators_only
def rotate(store_id: str) -> Response:
    """Request new secrets for the webhooks we created.

    The secret of one created by hand is shown by the command line alone.
    """
    container = current_container()
    request_rotation(container, store_id, overlap_hours=OVERLAP_HOURS, actor=g.person.email)
    return _back(store_id)


@store_actions.post("/<store_id>/admit")
@operators_only
def admit(store_id: str) -> Response:
    """Admit a store to the offer."""
    admit_store(current_container(), store_id, actor=g.person.email)
    return _back(store_id, saved="Saved: the store has its place in the offer.")


@store_actions.post("/<store_id>/disconnect")
@operators_only
def disconnect(store_id: str) -> Response:
    """Disconnect a store at once; the worker then deletes our webhooks there and forgets its keys."""
    container = current_container()
    reason = request.form.get("reason", "")
    disconnect_store(container, store_id, reason=reason, actor=g.person.email)
    return _back(store_id, saved="Saved: the store is disconnected.")


@store_actions.post("/<store_id>/erase")
@operators_only
def erase(store_id: str) -> Response:
    """Erase the personal data of a store; since this is final, its id has to be typed once more."""
    if request.form.get("confirm", "").strip() != store_id:
        raise InputError(f"must be {store_id}", path="confirm")
    reason = request.form.get("reason", "")
    erase_store(current_container(), store_id, reason=reason, actor=g.person.email)
    return _back(store_id, saved="Saved: what was personal is erased.")


@store_actions.post("/<store_id>/unlink")
@operators_only
def unlink(store_id: str) -> Response:
    """End the link of a store to its ad account."""
    remove_link(current_container(), store_id=store_id, actor=g.person.email)
    return _back(store_id, "account", saved="Saved: the link has ended.")


@store_actions.get("/<store_id>/merge")
@operators_only
def merge(store_id: str) -> str:
    """Show the form that merges the merchants of two stores."""
    return _merge_page(store_id)


@store_actions.post("/<store_id>/merge")
@operators_only
def merge_merchant(store_id: str) -> Response | str | tuple[str, int]:
    """Preview a merge of merchants; merge them when `do=merge` and the preview still holds."""
    form_values = {name: request.form.get(name, "").strip() for name in ("into", "reason", "evidence")}
    try:
        merged = _merge(store_id, form_values, dry_run=True)
        token = preview_token(form_values, merged.placed, *(store.outcome for store in merged.stores))
        if request.form.get("do") != "merge":
            return _merge_page(store_id, merged=merged, token=token)
        if not was_previewed(token):
            return _merge_page(store_id, merged=merged, token=token, refused=CHANGED), 409
        merged = _merge(store_id, form_values)
    except (InputError, NotFound, Refused) as error:
        return _merge_page(store_id, refused=str(error)), 400 if isinstance(error, InputError) else 409
    return _back(store_id, "merchant", saved=f"Saved: the stores are of merchant {merged.merchant}.")


@store_actions.post("/<store_id>/keep-apart")
@operators_only
def keep_apart(store_id: str) -> Response | tuple[str, int]:
    """Record that two stores have different merchants; a refusal is shown on the page of the merge."""
    other, reason = request.form.get("other", "").strip(), request.form.get("reason", "")
    container, now = current_container(), current_container().now()
    try:
        likeness.keep_apart(container.at(now), store_id, other=other, reason=reason, actor=g.person.email)
    except (InputError, Refused) as error:
        return _merge_page(store_id, refused=str(error)), 400 if isinstance(error, InputError) else 409
    return _back(store_id, "merchant", saved="Saved: the merchants are kept apart.")


def _merge(store_id: str, form_values: Mapping[str, str], *, dry_run: bool = False) -> Merged:
    return merge_merchants(
        current_container(),
        store_id,
        into=form_values["into"],
        reason=form_values["reason"],
        evidence=form_values["evidence"],
        actor=g.person.email,
        dry_run=dry_run,
    )


def _merge_page(store_id: str, *, merged: Merged | None = None, token: str = "", refused: str = "") -> str:
    return render_template(
        "store_merge.html",
        store=show_store(current_container().database, store_id),
        merchant=merchant_of(current_container().database, store_id),
        form_values=request.form,
        merged=merged,
        token=token,
        refused=refused,
    )


def _back(store_id: str, part: str = "connection", saved: str = "") -> Response:
    if saved:
        flash(saved)
    return redirect(url_for("stores.store", store_id=store_id, _anchor=part), 303)
