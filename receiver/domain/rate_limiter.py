"""The rate limiter of calls to TikTok: slots of an app's budget, and the back-off that TikTok asks for.

Calls are spread evenly: each takes the next free moment, so that no second, no minute and no day can hold
more than the rate allows, and one moment is all there is to remember. Everything here is a value; whoever
asks keeps the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property

SECONDS_A_DAY = 86_400
ROUTINE_SHARE = 0.8  # of every second and of the day; the rest is left to what is urgent
PATIENCE = timedelta(seconds=5)  # the longest anybody waits for a turn beyond the one after the next
TICK = timedelta(microseconds=1)

NEXT_SECOND, FIVE_MINUTES = timedelta(seconds=1), timedelta(minutes=5)
ATTEMPTS_FOR_FIVE_MINUTES = 13  # one for the second, and an hour of five minutes each
SLOWED, SLOWED_MOST = timedelta(minutes=1), timedelta(hours=1)
BLOCKED = timedelta(hours=1)
LONGEST = timedelta(days=1)


class DenialReason(StrEnum):
    """The reason why a call has to wait."""

    BUSY = "busy"  # too many are waiting already
    DAY = "day"  # the day's calls are made; it ends at 00:00 UTC
    PAUSED = "paused"  # TikTok said it is too much
    SLOWED = "slowed"  # and for this ad account


@dataclass(frozen=True)
class Slot:
    """A moment at which a call may be made: now or a little later.

    `tells` is whether its answer shows that a pause is over.
    """

    at: datetime
    tells: bool = False


@dataclass(frozen=True)
class Throttled:
    """A denial: no call may be made before `until`."""

    until: datetime
    why: DenialReason


@dataclass(frozen=True)
class Backoff:
    """A pause until a moment; `attempts` is how many times in a row TikTok has asked for one."""

    until: datetime
    attempts: int


@dataclass(frozen=True)
class BudgetState:
    """The state of an app's budget: when the next call, and the next routine one, may be made."""

    next_at: datetime | None = None
    routine_at: datetime | None = None
    day: date | None = None  # in UTC
    used: int = 0  # calls of that day

    def used_on(self, day: date) -> int:
        """Return the calls used on a day in UTC."""
        return self.used if self.day == day else 0


@dataclass(frozen=True)
class Rate:
    """A rate in calls a second. TikTok's limits are 60 times as many a minute, 86,400 times as many a day."""

    a_second: float

    @cached_property
    def gap(self) -> timedelta:
        """Between two calls, rounded up."""
        return timedelta(seconds=1 / self.a_second) + TICK

    def a_day(self, *, urgent: bool) -> int:
        """Return the calls allowed a day; routine calls may use only their share."""
        return int(self.a_second * SECONDS_A_DAY * (1 if urgent else ROUTINE_SHARE))

    def reserve(
        self, budget: BudgetState, now: datetime, *, urgent: bool
    ) -> tuple[BudgetState, Slot | Throttled]:
        """Reserve the next free slot; return the new state, and the slot or until when there is none."""
        today = now.astimezone(UTC).date()
        used = budget.used_on(today)
        if used >= self.a_day(urgent=urgent):
            return budget, Throttled(next_midnight(now), DenialReason.DAY)
        moments = [budget.next_at] if urgent else [budget.next_at, budget.routine_at]
        at = max([now, *(moment for moment in moments if moment and self._is_plausible(moment, now))])
        if at > now + PATIENCE + self.gap:
            return budget, Throttled(at, DenialReason.BUSY)
        routine_at = budget.routine_at if urgent else at + self.gap / ROUTINE_SHARE
        return BudgetState(at + self.gap, routine_at, today, used + 1), Slot(at)

    def _is_plausible(self, moment: datetime, now: datetime) -> bool:
        """Return whether a clock like ours can have left a moment: one put back must not stop all calls."""
        return moment <= now + PATIENCE + self.gap * (1 + 1 / ROUTINE_SHARE)


def pause_denial(pause: Backoff | None, now: datetime, why: DenialReason) -> Throttled | None:
    """Return the denial while a pause lasts; None without one.

    A pause longer than any can be was recorded by a clock that was put back since, and is ignored.
    """
    if pause is None or not now < pause.until <= now + LONGEST:
        return None
    return Throttled(pause.until, why)


def back_off_app(pause: Backoff | None, turn: Slot, now: datetime) -> Backoff:
    """Return the back-off after TikTok answered that the app's limit is reached.

    TikTok does not say whether the limit of the second, the minute or the day is meant, so its advice for
    each is tried in turn: the next second, then five minutes, and when that has not helped for an hour, the
    next day.
    """
    attempts = _attempts(pause, turn)
    if pause and attempts == pause.attempts:
        return pause
    if attempts == 1:
        return Backoff(now + NEXT_SECOND, attempts)
    return Backoff(
        now + FIVE_MINUTES if attempts <= ATTEMPTS_FOR_FIVE_MINUTES else next_midnight(now), attempts
    )


def back_off_advertiser(pause: Backoff | None, turn: Slot, now: datetime) -> Backoff:
    """Return the back-off after TikTok answered that an ad account's limit is reached.

    Exponential, up to an hour.
    """
    attempts = _attempts(pause, turn)
    if pause and attempts == pause.attempts:
        return pause
    return Backoff(now + min(SLOWED_MOST, SLOWED * 2 ** min(attempts - 1, 10)), attempts)


def back_off_blocked_app(pause: Backoff | None, now: datetime) -> Backoff:
    """Return the back-off after TikTok answered that the app is blocked, which only people can lift."""
    return Backoff(now + BLOCKED, pause.attempts if pause else 0)


def is_over(pause: Backoff, turn: Slot) -> bool:
    """Return whether a call was made after the pause; False for one under way when the pause came."""
    return turn.at >= pause.until


def _attempts(pause: Backoff | None, turn: Slot) -> int:
    """Count one more refusal, but not for a call that was already under way: many are refused at once."""
    if pause is None:
        return 1
    return pause.attempts + 1 if is_over(pause, turn) else pause.attempts


def next_midnight(now: datetime) -> datetime:
    """Return the next 00:00 UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(0), UTC)
