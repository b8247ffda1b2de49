"""A store's history: changes of its stage and notable audit entries, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from receiver.services.records import record_of
from receiver.services.staff.audit import AuditRecord
from receiver.storage import audit, decisions, stores
from receiver.storage.database import Database
from receiver.storage.decisions import StageChange


@dataclass(frozen=True)
class HistoryEntry:
    """A change of the stage, or an entry of the audit log."""

    at: datetime
    stage: StageChange | None = None
    entry: AuditRecord | None = None


def store_history(database: Database, store_id: str, *, limit: int) -> list[HistoryEntry]:
    """Return the newest entries of a store's history, at most `limit`. Raises NotFound."""
    with database.reading() as session:
        name = stores.get_store(session, store_id).name
        changes = decisions.stage_changes(session, store_id, limit)
        rows = audit.notable_entries(session, store_id, limit)
        entries = [record_of(AuditRecord, row, store_name=name) for row in rows]
    return sorted(_entries(changes, entries), key=lambda entry: entry.at, reverse=True)[:limit]


def _entries(changes: list[StageChange], entries: list[AuditRecord]) -> Iterator[HistoryEntry]:
    """Yield acts and stage changes, newest first; a stage stands above the act that caused it."""
    yield from (HistoryEntry(change.at, stage=change) for change in changes)
    yield from (HistoryEntry(entry.at, entry=entry) for entry in entries)
