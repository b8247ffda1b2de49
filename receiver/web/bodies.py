"""One limit for the bodies of all routes behind the webhooks, checked before anything of one is read.

The webhook addresses do the same with a limit of their own (services/inbox/receive.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from receiver.web.early_refusals import refuse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BYTES = 64 * 1024  # of a form or a JSON document; deploy/nginx.conf says the same
# A file of issued credits, written in a form or in JSON.
MOST_BYTES_OF_A_FILE = 1024 * 1024
FILES = frozenset({"/admin/awards/file", "/api/v1/admin/awards/issue-file"})
LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)


class BodyLimit:
    """WSGI middleware that refuses bodies of no length, or of too great a one, unread."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status = _refusal(environ)
        if status is None:
            return self._app(environ, start_response)
        return refuse(environ, start_response, status, status[4:].lower())


def _refusal(environ: WSGIEnvironment) -> str | None:
    """Return the status to refuse a body with; None for one that may be read."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return "411 Length Required"  # a chunked body that is cut off looks like one that is complete
    length = environ.get("CONTENT_LENGTH") or "0"
    if not LENGTH.fullmatch(length):
        return "400 Bad Request"
    most = MOST_BYTES_OF_A_FILE if environ.get("PATH_INFO") in FILES else MOST_BYTES
    return "413 Content Too Large" if int(length) > most else None
