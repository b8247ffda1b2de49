"""The page that restarts the sequence of a store's signals, after a preview."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.domain.signals import AGREES
from receiver.errors import InputError, Refused
from receiver.services.decisions.preview import DecisionPreview, run_with_preview
from receiver.services.deliveries.restart import restart_sequence
from receiver.services.stores.show import show_store
from receiver.web.admin.previews import CHANGED, preview_token, was_previewed
from receiver.web.admin.sign_in import operators_only

sequence_pages = Blueprint("sequence", __name__, url_prefix="/admin/stores", template_folder="templates")


@sequence_pages.get("/<store_id>/sequence")
@operators_only
def show(store_id: str) -> str:
    """Show the form that restarts the sequence of a store's signals."""
    return _page(store_id)


@sequence_pages.post("/<store_id>/sequence")
@operators_only
def restart(store_id: str) -> Response | str | tuple[str, int]:
    """Preview restarting the sequence; restart it when `do=restart` and the preview still holds."""
    container, reason = current_container(), request.form.get("reason", "").strip()
    act = partial(restart_sequence, store_id=store_id, reason=reason, actor=g.person.email)
    try:
        effect = run_with_preview(container, store_id, act, dry_run=True)
        token = preview_token({"reason": reason}, effect.outcome, effect.answer)
        if request.form.get("do") != "restart":
            return _page(store_id, reason, effect=effect, token=token)
        if not was_previewed(token):
            return _page(store_id, reason, effect=effect, token=token, refused=CHANGED), 409
        run_with_preview(container, store_id, act)
    except (InputError, Refused) as error:
        status = 400 if isinstance(error, InputError) else 409
        return _page(store_id, reason, refused=str(error)), status
    return redirect(url_for("stores.store", store_id=store_id, _anchor="connection"), 303)


def _page(
    store_id: str,
    reason: str = "",
    *,
    effect: DecisionPreview | None = None,
    token: str = "",
    refused: str = "",
) -> str:
    return render_template(
        "store_sequence.html",
        store=show_store(current_container().database, store_id),
        agrees=AGREES,
        reason=reason,
        effect=effect,
        token=token,
        refused=refused,
    )
