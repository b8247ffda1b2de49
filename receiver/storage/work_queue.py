"""Queries of what waits for a person; counts follow an index and stop at a limit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.decision import Stage
from receiver.domain.deliveries import DeliveryState
from receiver.domain.rejections import RejectionReason
from receiver.domain.reviews import ReviewState
from receiver.domain.sign_in import TOKEN_EXPIRES_SOON
from receiver.domain.troubles import TroubleId
from receiver.storage.address_claims import stores_with_claims
from receiver.storage.awards import is_due_soon, is_late
from receiver.storage.tables import (
    AuditEntry,
    Award,
    Delivery,
    Quarantined,
    Rejection,
    Review,
    StaffToken,
    Store,
    StoreTroubleRow,
)
from receiver.storage.tables.awards import IS_FLAGGED
from receiver.storage.tables.stores import IS_ASKED_ABOUT

MOVED_LATELY = timedelta(days=3)
DAYS_BEFORE = 7  # days that a day's rejections are compared with


def deliveries_in(state: DeliveryState) -> Select[Any]:
    """Select the deliveries in a state."""
    return select(Delivery.id).where(Delivery.state == state)


def quarantined_calls() -> Select[Any]:
    """Select the quarantined calls."""
    return select(Quarantined.id)


def expiring_tokens(now: datetime, staff_id: int | None) -> Select[Any]:
    """Select the staff tokens that expire soon, of one person or of all."""
    query = select(StaffToken.id).where(
        StaffToken.expires_at > now, StaffToken.expires_at <= now + TOKEN_EXPIRES_SOON
    )
    return query if staff_id is None else query.where(StaffToken.staff_id == staff_id)


def overdue_awards(now: datetime) -> Select[str]:
    """Select the overdue awards."""
    return select(Award.id).where(is_late(now))


def flagged_awards() -> Select[str]:
    """Select the flagged awards of stores with the trouble of a flagged award."""
    flagged = select(StoreTroubleRow.store_id).where(StoreTroubleRow.id == TroubleId.AWARD_FLAGGED)
    return select(Award.id).where(IS_FLAGGED, Award.store_id.in_(flagged))


def stores_overdue(now: datetime) -> Select[str]:
    """Select the stores with an overdue award."""
    return select(Award.store_id).where(is_late(now)).distinct().order_by(Award.store_id)


def awards_due_soon(now: datetime) -> Select[str]:
    """Select the awards that are due soon."""
    return select(Award.id).where(is_due_soon(now))


def open_reviews() -> Select[Any]:
    """Select the open reviews."""
    return select(Review.id).where(Review.state == ReviewState.OPEN)


def held_stores() -> Select[str, str]:
    """Select id and name of the held stores."""
    return select(Store.id, Store.name).where(Store.stage == Stage.HELD)


def stores_asked_about() -> Select[str, str]:
    """Select id and name of stores whose award waits for staff's answer about a similar store."""
    return select(Store.id, Store.name).where(IS_ASKED_ABOUT)


def claimed_stores() -> Select[str, str]:
    """Select id and name of stores that somebody claims to be, without proof."""
    return stores_with_claims(signed=False)


def stores_with_held_messages() -> Select[str, str]:
    """Select id and name of stores with messages signed with their secret that name another home address."""
    return stores_with_claims(signed=True)


def stores_moved_lately(now: datetime) -> Select[str, str]:
    """Select id and name of stores that the service itself moved lately."""
    query = select(Store.id, Store.name).join(AuditEntry, AuditEntry.subject == Store.id)
    conditions = (AuditEntry.action == AuditAction.STORES_MOVE, AuditEntry.at > now - MOVED_LATELY)
    return query.where(*conditions, AuditEntry.actor == Agent.CONNECTION).distinct()


def count_rows(session: Session, query: Select[*tuple[Any, ...]], most: int) -> int:
    """Count the rows of a query, up to `most` + 1."""
    return session.scalar(select(func.count()).select_from(query.limit(most + 1).subquery())) or 0


def awards_by_currency(
    session: Session, which: Select[str], most: int
) -> tuple[int, list[tuple[str, Decimal]]]:
    """Count awards and sum their credit by currency, over the first `most` + 1 of them."""
    some = select(Award.currency, Award.credit).where(Award.id.in_(which)).limit(most + 1).subquery()
    query = select(some.c.currency, some.c.credit, func.count()).group_by(some.c.currency, some.c.credit)
    count, sums = 0, dict[str, Decimal]()
    for currency, credit, awards in session.execute(query):
        count += awards
        sums[currency] = sums.get(currency, Decimal(0)) + awards * credit
    return count, sorted(sums.items())


def oldest_waiting(session: Session) -> tuple[datetime, str] | None:
    """Return when the longest waiting delivery became due, and its state; None without any."""
    query = select(Delivery.due_at, Delivery.state).where(Delivery.due_at.is_not(None))
    oldest = session.execute(query.order_by(Delivery.due_at, Delivery.id).limit(1)).first()
    return (oldest.due_at, oldest.state) if oldest else None


def bad_signatures(session: Session, now: datetime) -> tuple[int, int]:
    """Count rejections for a bad signature: today, and per average day of the week before, in UTC."""
    today = _today(now)
    total = select(func.coalesce(func.sum(Rejection.count), 0)).where(
        Rejection.reason == RejectionReason.SIGNATURE
    )
    week = (Rejection.day >= today - timedelta(days=DAYS_BEFORE)) & (Rejection.day < today)
    return (
        int(session.scalar(total.where(Rejection.day == today)) or 0),
        int(session.scalar(total.where(week)) or 0) // DAYS_BEFORE,
    )


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()
