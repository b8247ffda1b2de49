"""Which entries of the audit log a listing shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AuditFilters:
    """Which entries; a filter that is None fits all."""

    actor: str | None = None
    action: str | None = None
    store: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # the moment itself not included
    text: str | None = None  # part of an action, subject or detail
