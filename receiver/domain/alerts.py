"""The decision when to alert staff: a condition began, grew, persists or is over, without alert storms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

PATIENCE = timedelta(minutes=5)  # a condition that ends sooner, as in a restart, is not reported
REST = timedelta(hours=1)  # after an alert, before its condition may be reported as begun or grown
DAY = timedelta(days=1)  # after which an alert is repeated while its condition persists
SKEW = timedelta(minutes=5)  # of hosts' clocks; a moment further ahead comes from a clock corrected since
MOST_WAIT = timedelta(hours=1)  # between two attempts on a channel that fails


class AlertKind(StrEnum):
    """The condition that an alert is about; the id under which its last alert is kept."""

    WORKER_SILENT = "worker_silent"
    AWARDS_OVERDUE = "awards_overdue"
    STORES_FOR_STAFF = "stores_for_staff"
    STORES_FOR_SERVICE = "stores_for_service"


class AlertEvent(StrEnum):
    """The event that an alert reports about its condition."""

    BEGAN = "began"
    GREW = "grew"
    STANDS = "stands"
    OVER = "over"


@dataclass(frozen=True)
class AlertHistory:
    """The history of a condition: since when it holds (None: it does not), and its last alert."""

    since: datetime | None = None
    count: int = 0  # in the last alert; 0: none yet, or that it is over
    alerted_at: datetime | None = None


@dataclass(frozen=True)
class Alert:
    """An event to report: how many stores or awards it concerns now, and the first few stores."""

    kind: AlertKind
    event: AlertEvent
    count: int
    since: datetime | None
    alerted_at: datetime | None  # when the alert before this one was sent
    stores: Sequence[str] = ()


@dataclass(frozen=True)
class Message:
    """A message to staff; a retry has the same `id`."""

    id: str
    at: datetime
    subject: str
    text: str
    data: Mapping[str, Any]


def alert_event(count: int, past: AlertHistory, now: datetime) -> AlertEvent | None:
    """Return the event to report for a condition that holds `count` times now; None for no alert."""
    if count == 0:
        return AlertEvent.OVER if past.count else None
    if past.count == 0:
        stood = past.since is not None and _is_past(past.since, PATIENCE, now)
        return AlertEvent.BEGAN if stood and _has_rested(past, REST, now) else None
    if count > past.count and _has_rested(past, REST, now):
        return AlertEvent.GREW
    return AlertEvent.STANDS if _has_rested(past, DAY, now) else None


def try_again_after(failures: int) -> timedelta:
    """Return the wait after this many failures in a row: exponential back-off from one minute."""
    return min(MOST_WAIT, timedelta(minutes=2 ** min(failures - 1, 10)))


def _has_rested(past: AlertHistory, rest: timedelta, now: datetime) -> bool:
    return past.alerted_at is None or _is_past(past.alerted_at, rest, now)


def _is_past(moment: datetime, by: timedelta, now: datetime) -> bool:
    return not now - by < moment <= now + SKEW
