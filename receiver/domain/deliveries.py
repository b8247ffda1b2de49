"""The life cycle of a delivery: its states and transitions, its identity, and its retries."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class DeliverySource(StrEnum):
    """The sender of a delivery (integrations/providers.py)."""

    WOOCOMMERCE = "woocommerce"
    TIKTOK = "tiktok"


class DeliveryState(StrEnum):
    """The state of a delivery."""

    RECEIVED = "received"
    PROCESSING = "processing"
    PROCESSED = "processed"
    IGNORED = "ignored"
    FAILED = "failed"  # tried again by itself
    DEAD = "dead"  # only a person, or the same delivery arriving again, takes it up


class DeliveryReason(StrEnum):
    """The reason why a delivery's body was not kept, or why it ended without an effect."""

    TOO_LARGE = "too_large"  # its body alone is over the bound
    OVER_BYTES = "over_bytes"  # its store's bodies of the day are
    OVER_DELIVERIES = "over_deliveries"  # its store's deliveries of the day are
    OVER_SIGNALS = "over_signals"  # its store's signals of the day are
    NOT_USED = "not_used"  # its topic, event or kind
    NO_ACCOUNT = "no_account"  # it names no ad account of ours
    UNREADABLE = "unreadable"
    NOTICE_UNREADABLE = "notice_unreadable"  # the same of TikTok's
    OLD_VERSION = "old_version"  # a signal of a plugin that is older than this service reads
    NEWER_VERSION = "newer_version"  # or newer
    DROPPED = "dropped"  # its body is not kept any more
    ELSEWHERE = "elsewhere"  # signed with the store's secret, it names another address as home
    BEFORE_RESTART = "before_restart"  # of before its store was restored from a backup
    FELL_BACK = "fell_back"  # its number did; its store's state is read instead
    WORKERS_LOST = "workers_lost"  # it ended every worker that took it
    GAVE_UP = "gave_up"  # something of ours failed, at each try
    UNKNOWN = "unknown"  # of before reasons were kept


# The reasons of deliveries whose body was not stored on arrival.
BODY_NOT_KEPT = frozenset(
    {DeliveryReason.TOO_LARGE, DeliveryReason.OVER_BYTES, DeliveryReason.OVER_DELIVERIES}
)
# Ignored for now; the body stays, for a replay.
BODY_STAYS = frozenset({DeliveryReason.FELL_BACK})
WAITING = (DeliveryState.RECEIVED, DeliveryState.FAILED)
UNDONE = (DeliveryState.FAILED, DeliveryState.DEAD)  # the same delivery arriving again queues it again
MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    # To an end at once: processed without a lease.
    DeliveryState.RECEIVED: frozenset(
        {DeliveryState.PROCESSING, DeliveryState.PROCESSED, DeliveryState.IGNORED, DeliveryState.DEAD}
    ),
    # to received: given back, because storage and not the delivery was at fault
    DeliveryState.PROCESSING: frozenset(
        {
            DeliveryState.PROCESSED,
            DeliveryState.IGNORED,
            DeliveryState.FAILED,
            DeliveryState.DEAD,
            DeliveryState.RECEIVED,
            DeliveryState.PROCESSING,
        }
    ),
    DeliveryState.PROCESSED: frozenset({DeliveryState.PROCESSING}),  # a replay
    DeliveryState.IGNORED: frozenset({DeliveryState.PROCESSING}),  # a replay of one in BODY_STAYS
    DeliveryState.FAILED: frozenset({DeliveryState.PROCESSING, DeliveryState.RECEIVED}),
    DeliveryState.DEAD: frozenset({DeliveryState.PROCESSING, DeliveryState.RECEIVED}),
}

# Back-off with full jitter: the longest wait after each failed attempt, of which a random share is waited, so
# that deliveries that failed together are not retried together. A day and a half on average, three at most.
LONGEST_WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=10),
    timedelta(hours=24),
    timedelta(hours=32),
)
MOST_TRIES = len(LONGEST_WAITS) + 1


@dataclass(frozen=True)
class DeliveryFilters:
    """Filters of deliveries; None does not filter."""

    state: DeliveryState | None = None
    source: DeliverySource | None = None
    store: str | None = None  # an id, or part of a name, address or id, of which `stores` are the ids
    topic: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # the moment itself not included
    search: str | None = None  # part of an id, topic, hash or error
    ids: tuple[int, ...] | None = None
    delivery: str | None = None  # the id its sender gave it
    cause: DeliveryReason | None = None
    failed_in: int | None = None  # the replay in which it failed, and it has not succeeded since
    stores: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the filters that are set, as JSON holds them; empty for all deliveries."""
        values = {**asdict(self), "search": self.search or None}
        return {name: _to_json_value(value) for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> DeliveryFilters:
        """Read back what `as_json` wrote, or an earlier version, whose unknown texts no delivery has."""
        try:
            return cls(**{name: _from_json_value(name, value) for name, value in stored.items()})
        except ValueError:
            return cls(ids=())


# Of the filters that JSON does not hold as they are.
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "state": DeliveryState,
    "source": DeliverySource,
    "cause": DeliveryReason,
    "since": datetime.fromisoformat,
    "until": datetime.fromisoformat,
    "ids": tuple,
    "stores": tuple,
}


def _to_json_value(value: Any) -> Any:
    """Return a filter's value as JSON holds it."""
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value


def _from_json_value(name: str, value: Any) -> Any:
    """Return a filter's value from how JSON holds it. Raises ValueError."""
    return _READERS[name](value) if name in _READERS else value


def may_move(state: DeliveryState, to: DeliveryState) -> bool:
    """Return whether a delivery may go from one state to another."""
    return to in MOVES[state]


def next_try(tries: int, chance: float) -> timedelta | None:
    """Return the back-off after so many attempts (1 or more); None when they are used up.

    `chance` in [0, 1) is the jitter.
    """
    return LONGEST_WAITS[tries - 1] * chance if tries < MOST_TRIES else None


def identity(*parts: str | bytes | None) -> str:
    """Return the SHA-256 (hex) that identifies a delivery; different lists of parts never collide."""
    raws = [part.encode(errors="backslashreplace") if isinstance(part, str) else part for part in parts]
    pieces = [b"-" if raw is None else b"%d:%b" % (len(raw), raw) for raw in raws]
    return hashlib.sha256(b"".join(pieces)).hexdigest()
