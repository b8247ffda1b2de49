"""Looks through the audit log, a page at a time."""

from __future__ import annotations

from dataclasses import asdict

from receiver.errors import InputError, NotFound
from receiver.storage import audit
from receiver.storage.audit import AuditFilters, FoundEntries
from receiver.storage.database import Database
from receiver.storage.types import LARGEST_ID

LONGEST_FILTER = 200


def look_through(database: Database, filters: AuditFilters, *, after: str | None, limit: int) -> FoundEntries:
    """The newest first; `after` is the `next` of the page before. Raises InputError."""
    for name, value in asdict(filters).items():
        if isinstance(value, str) and (len(value) > LONGEST_FILTER or not value.isprintable()):
            raise InputError(f"must be at most {LONGEST_FILTER} characters on one line", path=name)
    with database.reading() as session:
        try:
            return audit.look_through(session, filters, _entry_id(after) if after else None, limit)
        except NotFound as error:
            raise InputError(str(error), path="after") from error


def _entry_id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= LARGEST_ID):
        raise InputError("must be the `next` of a page before", path="after")
    return int(text)
