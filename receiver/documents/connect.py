"""The plugin's request for a ticket, and the ticket as it reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from receiver.documents.fields import Strict, Text, load_document
from receiver.documents.times import time_text


class TicketRequest(Strict):
    return_url = Text(load_default=None, allow_none=True)


def read_return_url(document: Any) -> str | None:
    """The page to lead back to, where one is named. Raises InputError with the path of what is wrong."""
    named: str | None = load_document(TicketRequest(), document)["return_url"]
    return named


def ticket_document(url: str, expires_at: datetime) -> dict[str, str]:
    return {"url": url, "expires_at": time_text(expires_at)}
