"""Wrong addresses and methods: a page in words for people, JSON for programs, by what a request accepts."""

from __future__ import annotations

import json

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from receiver.app import create_app
from receiver.errors import StorageUnavailable
from receiver.web.bodies import MOST_BYTES
from receiver.web.bulkhead import Bulkhead
from tests.staff import BASE, Console

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PEOPLE = [
    BROWSER,
    "text/html",
    "text/*",
    "text/html, application/json",
    "application/json;q=0.5, text/html;q=0.6",
    "application/json;q=0, */*;q=0.1",
]
PROGRAMS = [
    None,
    "*/*",
    "application/json",
    "application/json, text/html;q=0.9",
    "text/html;q=0, */*",
    "application/*",
    "image/png",
]


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: no row is read."""
    return "sqlite"


@pytest.fixture
def client(container):
    return create_app(container=container).test_client()


def ask(client, path, accept, method="GET", **headers):
    all_headers = {**headers, **({"Accept": accept} if accept is not None else {})}
    return client.open(path, method=method, base_url=BASE, headers=all_headers)


@pytest.mark.parametrize("accept", PEOPLE)
@pytest.mark.parametrize("path", ["/nowhere", "/connect/nowhere", "/favicon.ico"])
def test_people_read_a_page_with_a_way_on(client, path, accept):
    answer = ask(client, path, accept)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "There is no page at this address." in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("accept", PROGRAMS)
@pytest.mark.parametrize("path", ["/nowhere", "/connect/nowhere"])
def test_programs_read_json(client, path, accept):
    answer = ask(client, path, accept)
    assert (answer.status_code, answer.json) == (404, {"error": "not found"})


@pytest.mark.parametrize(
    "path", ["/api/v1/nowhere", "/api/v1/status", "/openapi.json/x", "/metrics/x", "/healthz/x"]
)
def test_what_programs_speak_to_is_json_whatever_is_accepted(client, path):
    answer = ask(client, path, BROWSER)
    assert answer.mimetype == "application/json"
    assert answer.json.keys() == {"error"}


def test_webhooks_are_answered_as_ever(client):
    answer = client.post("/webhooks/woocommerce/st_1", base_url=BASE, headers={"Accept": BROWSER}, data=b"{}")
    assert (answer.status_code, answer.mimetype) == (404, "application/json")


def test_a_wrong_method_is_told_in_words_and_says_which_are_right(client):
    answer = ask(client, "/", BROWSER, "DELETE")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "takes no request of this kind" in answer.text
    assert "GET" in answer.headers["Allow"]
    assert ask(client, "/", "*/*", "DELETE").json == {"error": "method not allowed"}


def test_a_page_is_in_the_readers_language_and_caches_know_what_it_rests_on(client):
    answer = ask(client, "/nowhere", BROWSER, **{"Accept-Language": "es"})
    assert "No hay ninguna página en esta dirección." in answer.text
    assert {"Accept", "Accept-Language"} <= {name.strip() for name in answer.headers["Vary"].split(",")}


def test_the_console_answers_people_with_its_own_page_and_programs_with_json(client):
    for accept in (None, "*/*", BROWSER):
        assert ask(client, "/admin/nowhere", accept).mimetype == "text/html"
    assert ask(client, "/admin/nowhere", "application/json").json == {"error": "not found"}


def test_a_fault_of_ours_shows_nothing_of_itself(container, monkeypatch):
    monkeypatch.setattr("receiver.web.home._unfinished", lambda: 1 / 0)
    app = create_app(container=container)
    answer = app.test_client().get("/", base_url=BASE, headers={"Accept": BROWSER})
    assert (answer.status_code, "division" in answer.text) == (500, False)
    assert "Something went wrong on our side." in answer.text


def test_a_database_that_does_not_answer_is_told_with_a_time_to_come_again(container, monkeypatch):
    def down():
        raise StorageUnavailable("gone")

    monkeypatch.setattr("receiver.web.home._unfinished", down)
    answer = (
        create_app(container=container).test_client().get("/", base_url=BASE, headers={"Accept": BROWSER})
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Nothing was changed." in answer.text


TOO_LONG = b"x" * (MOST_BYTES + 1)


@pytest.mark.parametrize("path", ["/admin/sign-in", "/connect", "/"])
def test_people_whose_form_is_too_long_read_a_page_in_their_language(client, path):
    reader = {"Accept": BROWSER, "Accept-Language": "es-MX, en;q=0.5"}
    answer = client.post(path, data=TOO_LONG, base_url=BASE, headers=reader)
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert '<html lang="es' in answer.text
    assert "That was more" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_programs_whose_body_is_too_long_read_json(client):
    answer = client.post("/api/v1/reviews", data=TOO_LONG, base_url=BASE, headers={"Accept": BROWSER})
    assert (answer.status_code, answer.json) == (413, {"error": "content too large"})


def test_people_read_a_page_where_there_is_no_room_for_them_and_programs_json(client):
    full = Bulkhead(client.application, threads=4)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/admin/", "HTTP_ACCEPT": BROWSER}
    unread = full(dict(environ, **EnvironBuilder("/connect").get_environ()), lambda *_: None)
    page, status, headers = run_wsgi_app(full, environ)
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "2")
    assert "We cannot do this right now." in b"".join(page).decode()
    answer, _, _ = run_wsgi_app(full, environ | {"PATH_INFO": "/api/v1/status"})
    assert json.loads(b"".join(answer)) == {"error": "too many requests at once; try again"}
    unread.close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/admin/stores/st_1/admit", "This address is reached by a button and cannot be opened by itself."),
        (f"/admin/stores?{'x' * 101}=1", "We could not read what was sent."),
    ],
)
def test_staff_read_in_words_why_a_page_of_the_console_does_not_open(container, path, words):
    answer = Console(container).get(path)
    assert answer.status_code in (400, 405)
    assert words in answer.text
    assert "Nothing was changed." in answer.text
