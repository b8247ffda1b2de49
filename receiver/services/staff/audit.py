"""Searches the audit log, a page at a time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from receiver.domain.audit import AuditFilters
from receiver.errors import InputError, NotFound
from receiver.paging import Page, read_number
from receiver.services.records import record_of
from receiver.services.search.stores import resolve_store
from receiver.services.validation import check_filters
from receiver.storage import audit, store_names
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
    store_name: str | None
    detail: dict[str, Any]


def search_audit(
    database: Database, filters: AuditFilters, *, after: str | None, limit: int
) -> Page[AuditRecord]:
    """Return a page of entries, the newest first; `after` is the `next` of the page before.

    Raises InputError, also where no store matches.
    """
    check_filters(asdict(filters))
    with database.reading() as session:
        resolved = resolve_store(session, filters)
        try:
            page = audit.page_of_entries(session, resolved, after=read_number(after), limit=limit)
        except NotFound as error:
            raise InputError(str(error), path="after") from error
        names = store_names.names_of(session, (row.store_id for row in page.rows))
    return page.show(lambda row: record_of(AuditRecord, row, store_name=names.get(row.store_id or "")))
