"""The shared rate limiter of calls to TikTok, one for all processes on the same database.

A slot is reserved in a transaction of its own that locks the limiter's row and nothing else; waiting for the
slot happens outside.
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

Extension = Callable[[Backoff | None], Backoff]  # from a pause to the next, longer one


@dataclass(frozen=True)
class Remaining:
    """The calls left today, for routine work and for all work, and the pauses in force."""

    routine: int
    urgent: int
    used: int
    routine_a_day: int
    paused_until: datetime | None
    slowed: int  # ad accounts with a pause


class SharedBudget:
    """The budget of calls of all processes; each method is a transaction, and raises StorageUnavailable."""

    def __init__(self, database: Database, a_second: float) -> None:
        self._database = database
        self._rate = Rate(a_second)

    def reserve(self, now: datetime, *, advertiser_id: str | None, urgent: bool) -> Slot | Throttled:
        """Reserve a slot for a call about this ad account, or about none.

        Returns Throttled where the call must not be made yet; a paused one costs no slot.
        """
        with self._database.writing() as session:
            row = _lock_budget(session)
            pauses = {
                DenialReason.PAUSED: _pause(session, APP),
                DenialReason.SLOWED: _pause(session, advertiser_id),
            }
            for why, pause in pauses.items():
                if throttled := pause_denial(pause, now, why):
                    return throttled
            budget = BudgetState(row.next_at, row.routine_at, row.day, row.used)
            budget_after, result = self._rate.reserve(budget, now, urgent=urgent)
            row.next_at, row.routine_at, row.day, row.used = (
                budget_after.next_at,
                budget_after.routine_at,
                budget_after.day,
                budget_after.used,
            )
            return replace(result, tells=any(pauses.values())) if isinstance(result, Slot) else result

    def pause_app(self, turn: Slot, now: datetime) -> datetime:
        """Pause all calls after TikTok throttled the app; return the end of the pause."""
        return self._pause(APP, lambda pause: back_off_app(pause, turn, now))

    def pause_advertiser(self, advertiser_id: str, turn: Slot, now: datetime) -> datetime:
        """Pause calls about this ad account; return the end of the pause."""
        return self._pause(advertiser_id, lambda pause: back_off_advertiser(pause, turn, now))

    def pause_blocked_app(self, now: datetime) -> datetime:
        """Pause all calls after TikTok refused the app altogether; return the end of the pause."""
        return self._pause(APP, lambda pause: back_off_blocked_app(pause, now))

    def note_success(self, advertiser_id: str | None, turn: Slot) -> None:
        """End the pauses that a successful call shows to be over."""
        if not turn.tells:
            return
        with self._database.writing() as session:
            _lock_budget(session)
            for subject in (APP, advertiser_id):
                pause = _pause(session, subject)
                if pause and is_over(pause, turn):
                    session.execute(delete(CallPause).where(CallPause.subject == subject))

    def count(self, path: str, code: str, at: datetime) -> None:
        """Count one call to `path` that was answered with `code`."""
        with self._database.writing() as session:
            call_counts.add(session, path, code)
            hourly_counts.add(session, at, {(HourlyKind.TIKTOK_CALL, code): 1})

    def remaining(self, now: datetime) -> Remaining:
        """Return what remains of the budget of the day."""
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

    def _pause(self, subject: str, extend: Extension) -> datetime:
        with self._database.writing() as session:
            _lock_budget(session)
            row = session.get(CallPause, subject)
            pause = extend(Backoff(row.until, row.attempts) if row else None)
            if row is None:
                session.add(CallPause(subject=subject, until=pause.until, attempts=pause.attempts))
            else:
                row.until, row.attempts = pause.until, pause.attempts
            return pause.until


def purge_pauses(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` pauses that ended before a time; return their number."""
    old = select(CallPause.subject).where(CallPause.until < before).limit(limit)
    statement = delete(CallPause).where(CallPause.subject.in_(old)).returning(CallPause.subject)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


def _lock_budget(session: Session) -> CallBudget:
    """Lock and return the budget's row; the first call inserts it."""
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
