"""The plugin's request for a ticket, and the ticket as it reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from receiver.documents.fields import Strict, Text, load_document
from receiver.documents.times import time_text


class TicketRequest(Strict):
    """The plugin's request for a ticket."""

    return_url = Text(load_default=None, allow_none=True)


def read_return_url(document: Any) -> str | None:
    """Return the address to lead the merchant back to; None where the plugin names none.

    Raises InputError with the path of the wrong field.
    """
    return_url: str | None = load_document(TicketRequest(), document)["return_url"]
    return return_url


def ticket_document(url: str, expires_at: datetime) -> dict[str, str]:
    """Return a ticket as the plugin reads it: the address to open, and when it expires."""
    return {"url": url, "expires_at": time_text(expires_at)}
