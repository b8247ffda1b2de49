"""A merchant on the way through a shop's key page and back: how long it may take, and how it can end."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

LASTS = timedelta(minutes=15)
# Once keys have come: for the worker past a shop that is busy, and for a browser whose tab was closed.
FINISHES, RETRIES = timedelta(hours=1), timedelta(seconds=30)
# The browser that approved goes back to us at once. One that we did not send shows within these seconds.
SETTLES = timedelta(seconds=5)


class ConnectionOutcome(StrEnum):
    """The end of a connection attempt; one that ended never goes on."""

    CONNECTED = "connected"
    DENIED = "denied"  # the merchant said no
    FOREIGN = "foreign"  # the keys were approved in another browser than the one that asked
    HELD = "held"  # a copy of a store, or another shop at its address: staff look
    UNPROVEN = "unproven"  # the shop names another address as its home, and does not open there
    REFUSED = "refused"  # the keys do not open the shop


class Step(StrEnum):
    """The step of a connection attempt that has not ended."""

    PROBING = "probing"  # the worker looks whether a shop answers there
    AT_THE_SHOP = "at the shop"
    WAITS_FOR_KEYS = "waits for keys"  # the browser is back, the keys have not come
    SETTLING = "settling"
    READY = "ready"
    OVER = "over"  # its time is up


def step_of(
    now: datetime,
    expires_at: datetime,
    keys_at: datetime | None,
    returned_at: datetime | None,
    *,
    is_probed: bool,
) -> Step:
    """Return the step of a connection attempt that has no outcome yet.

    `keys_at`: when the shop sent its keys; `returned_at`: when the browser came back; None: not yet.
    """
    if now >= expires_at:
        return Step.OVER
    if not is_probed:
        return Step.PROBING
    if returned_at is None:
        return Step.AT_THE_SHOP
    if keys_at is None:
        return Step.WAITS_FOR_KEYS
    return Step.READY if now >= max(keys_at, returned_at) + SETTLES else Step.SETTLING
