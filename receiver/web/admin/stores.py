"""What operators do about one store; each leads back to its page."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from receiver.services.bridge.check import check_store
from receiver.services.bridge.leave import leave_store
from receiver.services.bridge.rotate import rotate_made_secrets
from receiver.services.decisions.decide import decide_each
from receiver.services.stores.registry import admit_store
from receiver.web.admin.sign_in import operators_only
from receiver.wiring import wiring

OVERLAP_HOURS = 24  # in which the old secrets verify as well

store_actions = Blueprint("stores", __name__, url_prefix="/admin/stores")


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


def _back(store_id: str) -> Response:
    return redirect(url_for("console.store", store_id=store_id, _anchor="connection"), 303)
