"""Pages that end our access to a store's ad account, after a preview for each store it serves."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.errors import InputError, ProviderError, Refused
from receiver.services.stores.revoke_consent import preview_revocation, revoke_consent
from receiver.services.stores.show import show_store
from receiver.services.stores.store_change import StoreChange
from receiver.web.admin.fact_controls import refusal_words
from receiver.web.admin.previews import CHANGED, preview_token, was_previewed
from receiver.web.admin.sign_in import operators_only

access_pages = Blueprint("access", __name__, url_prefix="/admin/stores", template_folder="templates")


@access_pages.get("/<store_id>/end-access")
@operators_only
def preview(store_id: str) -> str | tuple[str, int]:
    """Show what ending our access to the ad account of a store changes, before it is done."""
    try:
        changes = preview_revocation(current_container(), store_id)
    except Refused as error:
        return _page(store_id, refused=str(error)), 409
    return _page(store_id, changes)


@access_pages.post("/<store_id>/end-access")
@operators_only
def end(store_id: str) -> Response | tuple[str, int]:
    """Give the consent back for the stores that the preview named; refuse when these have changed."""
    container, changes = current_container(), []
    try:
        changes = preview_revocation(container, store_id)
        if not was_previewed(_token(changes)):
            return _page(store_id, changes, refused=CHANGED), 409
        reason = request.form.get("reason", "")
        revoke_consent(
            container.for_request(), store_id, reason=reason, actor=g.person.email, with_others=True
        )
    except (InputError, Refused, ProviderError) as error:
        status = {InputError: 400, Refused: 409, ProviderError: 502}[type(error)]
        return _page(store_id, changes, refused=refusal_words(error, None)), status
    flash("Saved: our access to the ad account has ended.")
    return redirect(url_for("stores.store", store_id=store_id), 303)


def _token(changes: Sequence[StoreChange]) -> str:
    return preview_token(
        {change.store: change.name for change in changes}, *(change.outcome for change in changes)
    )


def _page(store_id: str, changes: Sequence[StoreChange] = (), refused: str = "") -> str:
    return render_template(
        "store_access.html",
        store=show_store(current_container().database, store_id),
        changes=changes,
        token=_token(changes),
        form_values=request.form,
        refused=refused,
    )
