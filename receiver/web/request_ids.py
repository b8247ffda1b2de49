"""Gives each request an id, in its log lines and in its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from receiver.request_id import HEADER, REQUEST_ID, new_request_id
from receiver.web.proxies import REQUEST_ID as IN_ENVIRON

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """WSGI middleware that takes or makes an id for each request.

    It stands behind TrustedProxies, which leaves the header only where a trusted proxy wrote it.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given_id = environ.get(IN_ENVIRON)
        request_id = given_id if given_id and WELL_FORMED.fullmatch(given_id) else new_request_id()

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [*headers, (HEADER, request_id)], *error)

        before = REQUEST_ID.set(request_id)
        try:
            return self._app(environ, start)
        finally:
            REQUEST_ID.reset(before)  # a server's thread goes on to other work
