"""The health of the service by five vital signs: good, bad, or unknown where nothing was ever seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

QUIET_FOR = timedelta(hours=26)  # each store's plugin sends its state once a day
WAITING_FOR = timedelta(minutes=2)
WORKER_SILENT_FOR = timedelta(seconds=30)  # it shows life every 5
DAY = timedelta(days=1)


class Health(StrEnum):
    """The health of a vital sign."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class SignId(StrEnum):
    """The id of a vital sign, in the order they are shown."""

    DELIVERIES = "deliveries"
    WAITING = "waiting"
    WORKER = "worker"
    CALLS = "calls"
    FIGURES = "figures"


@dataclass(frozen=True)
class Sign:
    """A vital sign at one moment.

    `at` is the moment it speaks of: since when, of the last one, or until when; None: there is none.
    `count` of `total` are so, where both mean something; `more`: there are more than `count`.
    """

    id: SignId
    health: Health
    at: datetime | None = None
    count: int | None = None
    total: int | None = None
    more: bool = False


@dataclass(frozen=True)
class Vitals:
    """The figures behind the five signs; None was never seen."""

    last_delivery: datetime | None
    received: int  # in the last hour
    received_more: bool  # than were counted
    has_stores: bool  # that are connected
    oldest_due: datetime | None  # the delivery that waits longest, or will be due next
    due: int  # deliveries that wait
    due_more: bool
    last_beat: datetime | None
    calls_left: int  # to TikTok, today, for routine work
    calls_a_day: int
    calls_paused_until: datetime | None
    last_poll: datetime | None
    accounts: int  # that are polled
    late_accounts: int
    oldest_late: datetime | None  # when it had been due
    stale_stores: int  # whose figures are old, by their last decision


def signs(vitals: Vitals, now: datetime) -> tuple[Sign, ...]:
    """Return all five signs."""
    return (
        _deliveries(vitals, now),
        _waiting(vitals, now),
        _worker(vitals, now),
        _calls(vitals, now),
        _figures(vitals),
    )


def is_silent(last_beat: datetime | None, now: datetime) -> bool:
    """Return whether no worker has sent a heartbeat for half a minute, or ever."""
    return last_beat is None or now - last_beat > WORKER_SILENT_FOR


def _deliveries(vitals: Vitals, now: datetime) -> Sign:
    """Judge the age of the last delivery; silence is bad only while stores are connected."""
    last = vitals.last_delivery
    if last is None or (now - last > QUIET_FOR and not vitals.has_stores):
        health = Health.UNKNOWN
    else:
        health = Health.BAD if now - last > QUIET_FOR else Health.GOOD
    return Sign(SignId.DELIVERIES, health, last, count=vitals.received, more=vitals.received_more)


def _waiting(vitals: Vitals, now: datetime) -> Sign:
    oldest = vitals.oldest_due
    if oldest is None or oldest > now:
        return Sign(SignId.WAITING, Health.GOOD, count=0)
    health = Health.BAD if now - oldest > WAITING_FOR else Health.GOOD
    return Sign(SignId.WAITING, health, oldest, count=vitals.due, more=vitals.due_more)


def _worker(vitals: Vitals, now: datetime) -> Sign:
    if vitals.last_beat is None:
        return Sign(SignId.WORKER, Health.UNKNOWN)
    silent = is_silent(vitals.last_beat, now)
    return Sign(SignId.WORKER, Health.BAD if silent else Health.GOOD, vitals.last_beat)


def _calls(vitals: Vitals, now: datetime) -> Sign:
    """Judge the budget of calls to TikTok, whose day ends at 00:00 UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    ends = vitals.calls_paused_until or midnight
    is_out = vitals.calls_left <= 0 or vitals.calls_paused_until is not None
    health = Health.BAD if is_out else Health.GOOD
    return Sign(SignId.CALLS, health, ends, count=vitals.calls_left, total=vitals.calls_a_day)


def _figures(vitals: Vitals) -> Sign:
    in_time = vitals.accounts - vitals.late_accounts
    if not vitals.accounts or vitals.last_poll is None:
        health = Health.UNKNOWN
    else:
        health = Health.BAD if vitals.late_accounts or vitals.stale_stores else Health.GOOD
    at = vitals.oldest_late or vitals.last_poll
    return Sign(SignId.FIGURES, health, at, count=in_time, total=vitals.accounts)
