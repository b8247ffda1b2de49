"""The id of the request that is being answered, for its log lines.

A variable of its own: binding one with structlog costs a webhook several times as much.
"""

from __future__ import annotations

from contextvars import ContextVar

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
