"""Shows awards to staff: a page of them, and one with its history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from receiver.documents.money import amount_text
from receiver.domain.awards import AwardFilters, is_due_soon, is_overdue
from receiver.domain.calendar import local_date
from receiver.paging import Page
from receiver.services.context import ServiceContext
from receiver.services.validation import check_filters
from receiver.storage import audit, awards, stores, tables


def page_of_awards(
    context: ServiceContext, filters: AwardFilters, *, after: str | None = None, limit: int
) -> Page[dict[str, Any]]:
    """Return a page of awards with their stores' names, the earliest due first; `limit` 0 for all.

    `after` is the `next` of the page before. Raises InputError.
    """
    now = context.now()
    check_filters(asdict(filters))
    with context.database.reading() as session:
        page = awards.page_of_awards(session, filters, now, after=after, limit=limit)
    return page.show(lambda row: {**award_row(row[0], now), "store_name": row[1]})


def show_award(context: ServiceContext, award_id: str) -> dict[str, Any]:
    """Return an award with its decision and its history, oldest first. Raises NotFound."""
    now = context.now()
    with context.database.reading() as session:
        award = awards.get_award(session, award_id)
        return {
            **award_row(award, now),
            "store_name": stores.get_store(session, award.store_id).name,
            "threshold": amount_text(award.threshold),
            "business_center": award.business_center,
            "decision": award.decision_id,
            "blocked_from": award.blocked_from,
            "block_reason": award.block_reason,
            "block_cause": award.block_cause,
            "evidence": award.evidence,
            "evidence_source": award.evidence_source,
            "history": [_entry(entry) for entry in audit.entries_of_award(session, award_id)],
        }


def award_of_store(context: ServiceContext, store_id: str) -> dict[str, Any] | None:
    """Return the award of a store as `award_row` does; None where it has none.

    Raises NotFound for no such store.
    """
    now = context.now()
    with context.database.reading() as session:
        award = awards.award_of(session, stores.get_store(session, store_id))
        return award_row(award, now) if award else None


def award_date(award: tables.Award, now: datetime) -> date:
    """Return today in the zone in which the award is due."""
    return local_date(now, ZoneInfo(award.timezone or "UTC"))


def award_row(award: tables.Award, now: datetime) -> dict[str, Any]:
    """Return an award as the API and the command line show it, with any code masked."""
    today = award_date(award, now)
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
        "due_soon": is_due_soon(award.state, award.due_by, today),
        "overdue": is_overdue(award.state, award.due_by, today),
        "delivery": award.delivery,
        "reference": award.reference,
        "flags": award.flags,
    }


def _entry(entry: tables.AuditEntry) -> dict[str, Any]:
    details = {name: value for name, value in entry.detail.items() if name not in ("from", "to")}
    return {
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "from": entry.detail.get("from"),
        "to": entry.detail.get("to"),
        "note": ", ".join(f"{name}: {value}" for name, value in details.items()),
    }
