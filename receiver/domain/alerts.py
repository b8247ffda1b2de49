"""Decides when staff are alerted: a condition began, grew, still stands, or is over; never a storm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

PATIENCE = timedelta(minutes=5)  # what passes sooner, as a restart does, is no news
REST = timedelta(hours=1)  # after an alert, before its condition may begin again or grow
DAY = timedelta(days=1)  # after which an alert is repeated while its condition stands
SKEW = timedelta(minutes=5)  # between the clocks of hosts; what lies further ahead is a clock put right since
MOST_WAIT = timedelta(hours=1)  # between two tries of a channel that fails


class AlertKind(StrEnum):
    """The condition that an alert is about; the id under which its last alert is kept."""

    WORKER_SILENT = "worker_silent"
    AWARDS_OVERDUE = "awards_overdue"
    STORES_FOR_STAFF = "stores_for_staff"
    STORES_FOR_SERVICE = "stores_for_service"


class AlertEvent(StrEnum):
    BEGAN = "began"
    GREW = "grew"
    STANDS = "stands"
    OVER = "over"


@dataclass(frozen=True)
class AlertHistory:
    """Since when a condition stands (None: it does not), and the last alert about it."""

    since: datetime | None = None
    count: int = 0  # in the last alert; 0: none yet, or that it is over
    alerted_at: datetime | None = None


@dataclass(frozen=True)
class Alert:
    """An event to report, how many it is about now, and the first few stores."""

    kind: AlertKind
    event: AlertEvent
    count: int
    since: datetime | None
    alerted_at: datetime | None  # when the alert before this one was sent
    stores: Sequence[str] = ()


@dataclass(frozen=True)
class Message:
    """A message to staff; `id` is the same when the same is tried again."""

    id: str
    at: datetime
    subject: str
    text: str
    data: Mapping[str, Any]


def alert_event(count: int, past: AlertHistory, now: datetime) -> AlertEvent | None:
    """Return the event to report now that a condition counts `count`; None: nothing."""
    if count == 0:
        return AlertEvent.OVER if past.count else None
    if past.count == 0:
        stood = past.since is not None and _is_past(past.since, PATIENCE, now)
        return AlertEvent.BEGAN if stood and _has_rested(past, REST, now) else None
    if count > past.count and _has_rested(past, REST, now):
        return AlertEvent.GREW
    return AlertEvent.STANDS if _has_rested(past, DAY, now) else None


def try_again_after(failures: int) -> timedelta:
    """Return how long to wait after this many failures in a row: a minute, and each time twice as long."""
    return min(MOST_WAIT, timedelta(minutes=2 ** min(failures - 1, 10)))


def _has_rested(past: AlertHistory, rest: timedelta, now: datetime) -> bool:
    return past.alerted_at is None or _is_past(past.alerted_at, rest, now)


def _is_past(moment: datetime, by: timedelta, now: datetime) -> bool:
    return not now - by < moment <= now + SKEW
