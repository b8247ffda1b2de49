"""One budget of calls to TikTok, shared by every process on the same database.

A turn is taken in a transaction of its own that holds the budget's row and nothing else; whoever has to wait
for it waits outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.domain.hourly_counts import HourlyKind
from receiver.domain.rate_limiter import (
    Backoff,
    BudgetState,
    DenialReason,
    Rate,
    Slot,
    Throttled,
    back_off_advertiser,
    back_off_app,
    back_off_blocked_app,
    is_over,
    pause_denial,
)
from receiver.storage import call_counts, hourly_counts
from receiver.storage.database import Database
from receiver.storage.tables import CallBudget, CallPause

PROVIDER, APP = "tiktok", ""

Longer = Callable[[Backoff | None], Backoff]


@dataclass(frozen=True)
class Remaining:
    """The rest of the day's calls, for routine work and for all of it, and the accounts that wait."""

    routine: int
    urgent: int
    used: int
    routine_a_day: int
    paused_until: datetime | None
    slowed: int  # ad accounts


class SharedBudget:
    """Grants calls to all processes. Each method is one short transaction; raises StorageUnavailable."""

    def __init__(self, database: Database, a_second: float) -> None:
        self._database = database
        self._rate = Rate(a_second)

    def take(self, now: datetime, *, advertiser_id: str | None, urgent: bool) -> Slot | Throttled:
        """Reserve a slot for a call, about this ad account if given; a pause costs no slot."""
        with self._database.writing() as session:
            row = _held(session)
            pauses = {
                DenialReason.PAUSED: _pause(session, APP),
                DenialReason.SLOWED: _pause(session, advertiser_id),
            }
            for why, pause in pauses.items():
                if not_now := pause_denial(pause, now, why):
                    return not_now
            budget = BudgetState(row.next_at, row.routine_at, row.day, row.used)
            left, answer = self._rate.reserve(budget, now, urgent=urgent)
            row.next_at, row.routine_at, row.day, row.used = (
                left.next_at,
                left.routine_at,
                left.day,
                left.used,
            )
            return replace(answer, tells=any(pauses.values())) if isinstance(answer, Slot) else answer

    def refused_to_app(self, turn: Slot, now: datetime) -> datetime:
        """Pause all calls after TikTok throttled the app; return until when."""
        return self._pause(APP, lambda pause: back_off_app(pause, turn, now))

    def refused_to_advertiser(self, advertiser_id: str, turn: Slot, now: datetime) -> datetime:
        """Pause calls about this ad account; return until when."""
        return self._pause(advertiser_id, lambda pause: back_off_advertiser(pause, turn, now))

    def blocked(self, now: datetime) -> datetime:
        """Pause all calls after TikTok refused the app altogether; return until when."""
        return self._pause(APP, lambda pause: back_off_blocked_app(pause, now))

    def answered(self, advertiser_id: str | None, turn: Slot) -> None:
        """Note a successful call: forget the pauses it shows to be over."""
        if not turn.tells:
            return
        with self._database.writing() as session:
            _held(session)
            for subject in (APP, advertiser_id):
                pause = _pause(session, subject)
                if pause and is_over(pause, turn):
                    session.execute(delete(CallPause).where(CallPause.subject == subject))

    def count(self, path: str, code: str, at: datetime) -> None:
        """Count one call to `path` that was answered with `code`."""
        with self._database.writing() as session:
            call_counts.add(session, path, code)
            hourly_counts.add(session, at, {(HourlyKind.TIKTOK_CALL, code): 1})

    def left(self, now: datetime) -> Remaining:
        """Return what remains of the budget."""
        with self._database.reading() as session:
            row = session.get(CallBudget, PROVIDER)
            used = BudgetState(day=row.day, used=row.used).used_on(now.astimezone(UTC).date()) if row else 0
            paused = pause_denial(_pause(session, APP), now, DenialReason.PAUSED)
            slowed = select(func.count()).where(CallPause.subject != APP, CallPause.until > now)
            return Remaining(
                routine=max(0, self._rate.a_day(urgent=False) - used),
                urgent=max(0, self._rate.a_day(urgent=True) - used),
                used=used,
                routine_a_day=self._rate.a_day(urgent=False),
                paused_until=paused.until if paused else None,
                slowed=session.scalar(slowed) or 0,
            )

    def _pause(self, subject: str, longer: Longer) -> datetime:
        with self._database.writing() as session:
            _held(session)
            row = session.get(CallPause, subject)
            pause = longer(Backoff(row.until, row.attempts) if row else None)
            if row is None:
                session.add(CallPause(subject=subject, until=pause.until, attempts=pause.attempts))
            else:
                row.until, row.attempts = pause.until, pause.attempts
            return pause.until


def purge_pauses(session: Session, before: datetime, limit: int) -> int:
    """Forget pauses that ended before a moment; answers how many rows went."""
    old = select(CallPause.subject).where(CallPause.until < before).limit(limit)
    gone = delete(CallPause).where(CallPause.subject.in_(old)).returning(CallPause.subject)
    return len(session.execute(gone, execution_options={"synchronize_session": False}).all())


def _held(session: Session) -> CallBudget:
    """The budget's row, ours until the transaction ends; made with the first call."""
    query = select(CallBudget).where(CallBudget.provider == PROVIDER).with_for_update()
    if (row := session.scalars(query).first()) is None:
        try:
            with session.begin_nested():
                session.add(CallBudget(provider=PROVIDER, used=0))
        except IntegrityError:  # another process has just made it
            pass
        row = session.scalars(query).one()
    return row


def _pause(session: Session, subject: str | None) -> Backoff | None:
    row = session.get(CallPause, subject) if subject is not None else None
    return Backoff(row.until, row.attempts) if row else None
