"""The states and the pace of a replay: small batches, and after each a pause that keeps to the rate."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from math import ceil

DEFAULT_RATE = 50  # deliveries a second
BATCH_SECONDS = 0.25
LARGEST_BATCH = 20  # a few hundredths of a second: live traffic waits no longer than that


class ReplayState(StrEnum):
    """The state of a replay."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


def batch_size(rate: int) -> int:
    """Return how many deliveries go into one transaction at so many a second (1 or more)."""
    return min(LARGEST_BATCH, ceil(rate * BATCH_SECONDS))


def pause_after(count: int, rate: int) -> timedelta:
    """Return the time from the start of a batch of `count` to the next, so that `rate` is never exceeded."""
    return timedelta(seconds=count / rate)
