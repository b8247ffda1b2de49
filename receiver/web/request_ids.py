"""Gives each request an id, in its log lines and in its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from structlog.contextvars import bind_contextvars, reset_contextvars

from receiver.web.proxies import REQUEST_ID

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """Stands behind TrustedProxies, which leaves the header only where a trusted one wrote it."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told = environ.get(REQUEST_ID, "")
        request_id = told if WELL_FORMED.fullmatch(told) else token_hex(16)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, (HEADER, request_id)], *error)

        bound = bind_contextvars(request_id=request_id)
        try:
            return self._app(environ, start)
        finally:
            reset_contextvars(**bound)  # a server's thread goes on to other work
