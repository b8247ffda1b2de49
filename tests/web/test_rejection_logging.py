"""Refused calls are logged by samples, so that many of them write few lines."""

from __future__ import annotations

from typing import Any

from structlog.testing import capture_logs

from receiver.services.inbox.receive import WebhookResponse
from receiver.web.webhooks import LINES, WebhookMiddleware


class _Refusing:
    """A reception that refuses every call."""

    def __init__(self) -> None:
        self.status = 401

    def answer(self, _call: Any) -> WebhookResponse:
        return WebhookResponse(self.status, {"error": "signature"}, reason="wrong signature")


def ask(front: WebhookMiddleware) -> None:
    environ = {"PATH_INFO": "/webhooks/woocommerce/st_1", "REQUEST_METHOD": "POST", "wsgi.input": _Nothing()}
    front(environ, lambda *_: None)  # type: ignore[arg-type, return-value]


class _Nothing:
    def read(self, _length: int) -> bytes:
        return b""


def test_of_many_refused_calls_few_have_a_line_and_the_next_says_how_many_had_none():
    reception = _Refusing()
    front = WebhookMiddleware(lambda *_: [], reception)  # type: ignore[arg-type]
    with capture_logs() as lines:
        for _ in range(LINES * 50):
            ask(front)
        reception.status = 404  # another status has lines of its own
        ask(front)
    of_signature = [line for line in lines if line["status"] == 401]
    assert LINES <= len(of_signature) < 3 * LINES
    assert [line["status"] for line in lines].count(404) == 1
    front._lines.allow = lambda *_: True  # type: ignore[method-assign]
    reception.status = 401
    with capture_logs() as later:
        ask(front)
    unlogged = sum(line.get("unlogged", 0) for line in (*of_signature, *later))
    assert unlogged + len(of_signature) == LINES * 50
