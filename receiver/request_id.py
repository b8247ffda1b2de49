"""The id of the request that is answered, or whose work is done: it traces work across processes.

A webhook's id is kept on its delivery, goes with what the delivery has the worker do, and to TikTok as
X-Request-ID. A variable of its own: binding one with structlog costs a webhook several times as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import getrandbits

HEADER = "X-Request-ID"
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)


def new_request_id() -> str:
    """Return an id that no other request has; it is no secret."""
    return f"{getrandbits(128):032x}"


@contextmanager
def traced(request_id: str | None) -> Iterator[None]:
    """Run the block under a request's id."""
    before = REQUEST_ID.set(request_id)
    try:
        yield
    finally:
        REQUEST_ID.reset(before)
