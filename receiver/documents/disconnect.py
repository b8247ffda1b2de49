"""The plugin's request to end its store's connection."""

from __future__ import annotations

from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf

from receiver.documents.fields import Strict, load_document

# Why the plugin ends a connection, in the words of the audit.
REASONS = {
    "merchant": "the merchant disconnected in the plugin",
    "uninstalled": "the merchant deleted the plugin",
}


class DisconnectRequest(Strict):
    """The plugin's request to end its store's connection."""

    reason = fields.String(
        required=True, validate=OneOf(REASONS, error=f"must be one of {', '.join(REASONS)}")
    )


def read_reason(document: Any) -> str:
    """Return the reason in the words of the audit. Raises InputError with the path of the wrong field."""
    return REASONS[load_document(DisconnectRequest(), document)["reason"]]
