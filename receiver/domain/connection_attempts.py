"""Connection attempts through a shop's key page: how long one may take, its steps and its outcomes."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

LASTS = timedelta(minutes=15)
# After the keys arrived: time for the worker to get past a busy shop, and for a browser whose tab was closed.
FINISHES, RETRIES = timedelta(hours=1), timedelta(seconds=30)
# The browser that approved goes back to us at once. One that we did not send shows within these seconds.
SETTLES = timedelta(seconds=5)


class ConnectionOutcome(StrEnum):
    """The final outcome of a connection attempt."""

    CONNECTED = "connected"
    DENIED = "denied"  # the merchant said no
    FOREIGN = "foreign"  # the keys were approved in another browser than the one that asked
    HELD = "held"  # a copy of a store, or another shop at its address: staff look
    UNPROVEN = "unproven"  # the shop names another address as its home, and does not open there
    REFUSED = "refused"  # the keys do not open the shop


class Step(StrEnum):
    """The step of a connection attempt without an outcome."""

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
