"""Daily limits on what one store may make us store and do: far above what an honest store needs.

A store of ours sends a few signals a day, of less than a KiB each; docs/bounds.md says what stops each table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

LARGEST_BODY = 16 * 1024  # bytes: a signal has a few hundred
LONGEST_HEADER_VALUE = 200  # characters
SAME_BODY_ROWS = 10  # a day, under whatever delivery ids
DELIVERIES_A_DAY = 5_000  # that have rows of their own; a shop that saves its settings every minute has 1,440
BODY_BYTES_A_DAY = 4 * 1024**2
DECISIONS_A_DAY = 50  # rows about one store, some KiB each; an honest one has a few a week
CLAIMS_OF_A_STORE = 20  # links an advertiser never consented to, the one that stands included
SENT_NOTICES = 50  # of a store that are not true any more; each is sent once
SIGNALS_A_DAY = 500  # applied; each decides the store anew, which a worker does some hundred times a second

TOO_LARGE = f"body: larger than {LARGEST_BODY // 1024} KiB; its hash and size are kept"
OVER_BYTES = f"body: over the {BODY_BYTES_A_DAY // 1024**2} MiB kept of one store on a day; its hash is kept"
OVER_DELIVERIES = (
    f"over the {DELIVERIES_A_DAY:,} deliveries kept of a store on a day; the rest is counted here"
)
OVER_SIGNALS = (
    f"over the {SIGNALS_A_DAY} signals applied of a store on a day; the next day's checks read how it stands"
)


class Keep(StrEnum):
    """The form in which a delivery is stored."""

    WHOLE = "whole"
    SHORTENED = "shortened"  # without its body
    MERGED = "merged"  # counted on a row that the day's others share


@dataclass(frozen=True)
class DailyUsage:
    """The number of a store's deliveries on a day, and the bytes stored of their bodies."""

    deliveries: int = 0
    body_bytes: int = 0


def how_to_keep(usage: DailyUsage, size: int) -> Keep:
    """Return how to keep a delivery whose body has `size` bytes, by the store's usage of that day."""
    if usage.deliveries >= DELIVERIES_A_DAY:
        return Keep.MERGED
    return Keep.SHORTENED if size and usage.body_bytes + size > BODY_BYTES_A_DAY else Keep.WHOLE


def day_of(at: datetime) -> date:
    """Return the date in UTC that a moment counts for."""
    return at.astimezone(UTC).date()
