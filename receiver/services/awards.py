"""Lists awards as staff see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from receiver.documents.money import amount_text
from receiver.domain.awards import is_overdue
from receiver.storage import history, tables
from receiver.storage.database import Database


def list_awards(database: Database, now: datetime, state: str | None, limit: int) -> list[dict[str, Any]]:
    """The earliest due first; `limit` 0 for all."""
    with database.reading() as session:
        return [_row(award, now) for award in history.list_awards(session, state, limit)]


def _row(award: tables.Award, now: datetime) -> dict[str, Any]:
    return {
        "id": award.id,
        "store": award.store_id,
        "programme": award.programme,
        "merchant": award.merchant,
        "advertiser_id": award.advertiser_id,
        "state": award.state,
        "credit": amount_text(award.credit),
        "currency": award.currency,
        "decided_at": award.decided_at,
        "due_by": award.due_by,
        "overdue": is_overdue(award.state, award.due_by, now),
        "delivery": award.delivery,
        "reference": award.reference,
        "flags": award.flags,
    }
