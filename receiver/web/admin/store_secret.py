"""The page on which an operator sets a store's signing secret, tried on the calls held before it is saved."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from receiver.container import current_container
from receiver.errors import InputError
from receiver.services.connections.show import connection_document
from receiver.services.stores.secret import (
    OVERLAP_HOURS,
    SecretChange,
    decrypt_secret,
    encrypt_secret,
    set_secret,
)
from receiver.services.stores.show import show_store
from receiver.web.admin.filters import refusal
from receiver.web.admin.sign_in import operators_only

store_secret_pages = Blueprint(
    "store_secret", __name__, url_prefix="/admin/stores", template_folder="templates"
)


@store_secret_pages.get("/<store_id>/secret")
@operators_only
def show(store_id: str) -> str:
    """Show the form that sets the signing secret of a store."""
    return _page(store_id)


@store_secret_pages.post("/<store_id>/secret")
@operators_only
def save(store_id: str) -> str | tuple[str, int]:
    """Try a secret on the calls held; `do=save` stores the one tried, which the form carries encrypted."""
    container, form = current_container(), request.form
    try:
        if form.get("do") == "save":
            secret = decrypt_secret(container, store_id, form.get("encrypted", ""))
            saved = set_secret(container, store_id, webhook_secret=secret, actor=g.person.email)
            return _page(store_id, saved=saved)
        secret = form.get("webhook_secret", "").strip()
        encrypted = encrypt_secret(container, store_id, secret)
        preview = set_secret(container, store_id, webhook_secret=secret, actor=g.person.email, dry_run=True)
    except InputError as error:
        return _page(store_id, refused=refusal(error)), 400
    return _page(store_id, preview=preview, encrypted=encrypted)


def _page(
    store_id: str,
    *,
    preview: SecretChange | None = None,
    saved: SecretChange | None = None,
    encrypted: str = "",
    refused: str = "",
) -> str:
    database = current_container().database
    return render_template(
        "store_secret.html",
        store=show_store(database, store_id),
        connection=connection_document(database, store_id),
        preview=preview,
        saved=saved,
        encrypted=encrypted,
        overlap_hours=OVERLAP_HOURS,
        refused=refused,
    )
