"""Calls to the webhook addresses that became no delivery, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RejectionReason(StrEnum):
    """The reason of a rejection as it is counted; most stand as `error` in the answer, too."""

    SIGNATURE = "signature"
    UNKNOWN = "unknown"  # no such store or webhook
    DISCONNECTED = "disconnected"
    PING = "ping"  # nothing is wrong: a store tries the address
    LENGTH = "length"
    SIZE = "size"
    BODY = "body"
    METHOD = "method"
    UNAVAILABLE = "unavailable"  # TikTok's secret is not set


@dataclass(frozen=True)
class RejectedCall:
    """One call that was rejected, without its body and credentials."""

    store_id: str  # empty: no known store
    reason: str
    at: datetime
    headers: list[list[str]]  # [[name, value], …]
    bytes: int | None  # of the body as announced; None: not told


@dataclass(frozen=True)
class RejectionCount:
    """The number of calls rejected on a day in UTC, for one store and one reason."""

    store_id: str
    reason: str
    day: date
    count: int
