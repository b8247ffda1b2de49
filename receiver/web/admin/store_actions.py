"""What operators do about one store; each leads back to its page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.errors import InputError, Refused
from receiver.services.bridge.check import check_store
from receiver.services.bridge.leave import erase_store, leave_store
from receiver.services.bridge.rotate import rotate_made_secrets
from receiver.services.decisions.decide import decide_each
from receiver.services.decisions.effect import Effect, with_effect
from receiver.services.facts.record import NAMES, record
from receiver.services.stores.registry import admit_store, show_store
from receiver.storage.database import Database
from receiver.web.admin.sign_in import operators_only
from receiver.wiring import wiring

OVERLAP_HOURS = 24  # in which the old secrets verify as well

store_actions = Blueprint("store_actions", __name__, url_prefix="/admin/stores", template_folder="templates")


@store_actions.post("/<store_id>/check")
@operators_only
def check(store_id: str) -> Response:
    """What is wrong stands on the page it leads to."""
    parts = wiring()
    now, public_url = parts.now(), parts.settings.public_url
    check_store(parts.database, parts.seal, parts.shops, now, store_id, public_url=public_url)
    decide_each(parts.database, now, [store_id])
    return _back(store_id)


@store_actions.post("/<store_id>/rotate")
@operators_only
def rotate(store_id: str) -> Response:
    """Of the webhooks that we made; the secret of one made by hand is shown by the command line alone."""
    parts = wiring()
    rotate_made_secrets(
        parts.database,
        parts.seal,
        parts.shops,
        parts.now(),
        store_id,
        overlap_hours=OVERLAP_HOURS,
        actor=g.person.email,
    )
    return _back(store_id)


@store_actions.post("/<store_id>/admit")
@operators_only
def admit(store_id: str) -> Response:
    admit_store(wiring().database, wiring().now(), store_id, actor=g.person.email)
    decide_each(wiring().database, wiring().now(), [store_id])
    return _back(store_id)


@store_actions.post("/<store_id>/disconnect")
@operators_only
def disconnect(store_id: str) -> Response:
    parts = wiring()
    reason = request.form.get("reason", "")
    leave_store(
        parts.database, parts.seal, parts.shops, parts.now(), store_id, reason=reason, actor=g.person.email
    )
    return _back(store_id)


@store_actions.post("/<store_id>/erase")
@operators_only
def erase(store_id: str) -> Response:
    """Cannot be taken back, so the store's id is typed once more."""
    if request.form.get("confirm", "").strip() != store_id:
        raise InputError(f"must be {store_id}", path="confirm")
    reason = request.form.get("reason", "")
    erase_store(wiring().database, wiring().now(), store_id, reason=reason, actor=g.person.email)
    return _back(store_id)


@store_actions.get("/<store_id>/fact")
@operators_only
def fact(store_id: str) -> str:
    return _fact_page(store_id)


@store_actions.post("/<store_id>/fact")
@operators_only
def record_fact(store_id: str) -> Response | str | tuple[str, int]:
    """Shows what the fact would change and keeps nothing, unless `do=record`."""
    parts, actor, told = wiring(), g.person.email, request.form
    previewed = told.get("do") != "record"

    def act(database: Database) -> dict[str, Any]:
        said = {name: told.get(name, "") for name in ("name", "value", "reason", "evidence")}
        return record(database, parts.now(), store_id=store_id, actor=actor, **said)

    try:
        effect = with_effect(parts.database, parts.now(), store_id, act, dry_run=previewed)
    except (InputError, Refused) as error:
        return _fact_page(store_id, refused=str(error)), 400 if isinstance(error, InputError) else 409
    if previewed:
        return _fact_page(store_id, effect=effect)
    return redirect(url_for("stores.one", store_id=store_id), 303)


def _fact_page(store_id: str, *, effect: Effect | None = None, refused: str = "") -> str:
    return render_template(
        "store_fact.html",
        store=show_store(wiring().database, store_id),
        names=NAMES,
        said=request.form,
        effect=effect,
        refused=refused,
    )


def _back(store_id: str) -> Response:
    return redirect(url_for("stores.one", store_id=store_id, _anchor="connection"), 303)
