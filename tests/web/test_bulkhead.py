"""All requests but webhooks share a quarter of the threads; further ones get a 503 at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from werkzeug.test import run_wsgi_app

from receiver.web.bulkhead import Bulkhead

GENEROUS = 30  # seconds; only a failure waits so long


class HangingApp:
    """An app that hangs until it is let go, but for /fast."""

    def __init__(self):
        self.entered, self.go_on = [], Event()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/broken":
            raise RuntimeError
        start_response("200 OK", [])
        self.entered.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/hang":
            assert self.go_on.wait(GENEROUS)
        return [b"answer"]


def ask(app, path, method="GET"):
    answer, status, headers = run_wsgi_app(app, {"PATH_INFO": path, "REQUEST_METHOD": method})
    return status, headers, b"".join(answer)


@pytest.fixture
def app():
    return HangingApp()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(16) as pool:
        yield pool


def test_a_quarter_is_let_in_and_the_rest_hears_503_and_when_to_come_again(app, threads):
    bulkhead = Bulkhead(app, threads=16)
    hanging = [threads.submit(ask, bulkhead, "/hang") for _ in range(4)]
    while len(app.entered) < 4:
        assert not any(item.done() for item in hanging)
    status, headers, body = ask(bulkhead, "/fast")
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "2")
    assert b"try again" in body
    assert ask(bulkhead, "/fast", "HEAD")[2] == b""
    assert ask(bulkhead, "/healthz")[0] == "200 OK"
    app.go_on.set()
    assert [item.result(GENEROUS)[0] for item in hanging] == ["200 OK"] * 4
    assert ask(bulkhead, "/fast")[0] == "200 OK"


def test_each_place_is_given_back_however_an_answer_ends(app):
    bulkhead = Bulkhead(app, threads=4)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            ask(bulkhead, "/broken")
        answer = bulkhead({"PATH_INFO": "/fast", "REQUEST_METHOD": "GET"}, lambda *_: None)
        answer.close()  # unread
        answer.close()
        dropped = bulkhead({"PATH_INFO": "/fast", "REQUEST_METHOD": "GET"}, lambda *_: None)
        del dropped
        assert ask(bulkhead, "/fast")[0] == "200 OK"
    assert ask(bulkhead, "/fast")[0] == "200 OK"
