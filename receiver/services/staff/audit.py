"""Searches the audit log, a page at a time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from receiver.domain.audit import AuditFilters
from receiver.errors import InputError, NotFound
from receiver.paging import Page, read_number
from receiver.services.records import record_of
from receiver.services.validation import check_filters
from receiver.storage import audit
from receiver.storage.database import Database


@dataclass(frozen=True)
class AuditRecord:
    """An entry of the audit log: who changed what, when and why."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    store_id: str | None
    detail: dict[str, Any]


def search_audit(
    database: Database, filters: AuditFilters, *, after: str | None, limit: int
) -> Page[AuditRecord]:
    """Return a page of entries, the newest first; `after` is the `next` of the page before.

    Raises InputError.
    """
    check_filters(asdict(filters))
    with database.reading() as session:
        try:
            page = audit.page_of_entries(session, filters, after=read_number(after), limit=limit)
        except NotFound as error:
            raise InputError(str(error), path="after") from error
    return page.show(lambda row: record_of(AuditRecord, row))
