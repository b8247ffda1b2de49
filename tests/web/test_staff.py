"""A served app loads staff's part at their first call; every answer is that of a full app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from receiver.app import create_app, create_served_app
from receiver.container import Container, build_container
from receiver.storage.migrate import migrate
from receiver.web.staff import StaffOnFirstCall
from tests.conftest import make_settings
from tests.staff import BASE, PASSWORD, keep_staff, staff_token

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
ASKED = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
OF_ONE_ANSWER = {"Date", "X-Request-ID", "Set-Cookie"}
ODD = (
    *("/nowhere", "/admin", "/admin/", "/admin/nowhere", "/administrator", "//admin/stores"),
    *("/admin//stores", "/%61dmin/stores", "/connect/../admin"),
    *("/api", "/api/v1", "/api/v1/nowhere", "/api/v1/admin", "/api//v1/admin/stores"),
    *("/api/v1/admin/nowhere", "/api/v1/administrator", "/openapi.json/", "/openapi.jsonp"),
)


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder = tmp_path_factory.mktemp("staff")
    container = build_container(make_settings(database_url=f"sqlite:///{folder}/receiver.db"))
    migrate(container.database)
    yield container
    container.database.close()


@pytest.fixture(scope="module")
def whole(container: Container) -> FlaskClient:
    return create_app(container=container).test_client()


@pytest.fixture(scope="module")
def served(container: Container) -> FlaskClient:
    return create_served_app(container).test_client()


def addresses(client: FlaskClient) -> list[str]:
    rules = sorted({rule.rule for rule in client.application.url_map.iter_rules()})
    return [re.sub("<(int:)?.*?>", lambda part: "1" if part[1] else "st_x", rule) for rule in rules]


def comparable(answer: TestResponse) -> tuple[int, dict[str, str], str]:
    headers = {name: text for name, text in answer.headers if name not in OF_ONE_ANSWER}
    return answer.status_code, headers, re.sub(r'value="[^"]{20,}"', "", answer.text)


def ask(client: FlaskClient, path: str, method: str, headers: dict[str, str]) -> TestResponse:
    return client.open(path, method=method, headers=headers, base_url=BASE, environ_base=ELSEWHERE)


def test_each_address_is_answered_to_nobody_as_by_an_app_with_everything(
    whole: FlaskClient, served: FlaskClient
) -> None:
    for path in [*addresses(whole), *ODD]:
        for method in ASKED:
            for accepted in ("text/html", "application/json"):
                answers = [ask(client, path, method, {"Accept": accepted}) for client in (whole, served)]
                assert comparable(answers[0]) == comparable(answers[1]), f"{method} {path} {accepted}"
                assert answers[0].status_code != 503 or path == "/readyz", path


def test_each_address_of_the_api_is_answered_to_staff_as_by_an_app_with_everything(
    container: Container, whole: FlaskClient, served: FlaskClient
) -> None:
    token = staff_token(container, "viewer")
    for path in [path for path in addresses(whole) if path.startswith(("/api", "/metrics", "/openapi"))]:
        answers = [ask(client, path, "GET", token) for client in (whole, served)]
        assert answers[0].status_code == answers[1].status_code != 503, path
    assert ask(served, "/api/v1/admin/staff", "GET", token).status_code == 200


def test_staff_sign_in_and_find_their_pages(container: Container, served: FlaskClient) -> None:
    form = served.get("/admin/sign-in", base_url=BASE, buffered=True)
    (csrf,) = set(re.findall(r'name="csrf" value="([^"]+)"', form.text))
    credentials = {"email": keep_staff(container), "password": PASSWORD, "csrf": csrf}
    assert served.post("/admin/sign-in", data=credentials, base_url=BASE, buffered=True).status_code == 302
    page = served.get("/admin/stores", base_url=BASE, buffered=True)
    assert (page.status_code, "<h1>Stores</h1>" in page.text) == (200, True)


def test_of_many_first_calls_at_once_each_is_answered_by_the_one_app_that_is_made() -> None:
    apps: list[object] = []
    answers: list[object] = []
    together = Barrier(8)

    def make() -> object:
        number = len(apps)
        apps.append(number)
        return lambda *_: answers.append(number)

    app = StaffOnFirstCall(lambda *_: answers.append("others"), make)  # type: ignore[arg-type]

    def call() -> None:
        together.wait()
        app({"PATH_INFO": "/admin/"}, None)  # type: ignore[arg-type]

    threads = [Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (apps, answers) == ([0], [0] * 8)


def test_a_first_call_that_failed_is_tried_again() -> None:
    tries = iter([OSError("too many open files"), None])

    def make() -> object:
        if error := next(tries):
            raise error
        return lambda *_: ["made"]

    app = StaffOnFirstCall(lambda *_: [], make)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="too many"):
        app({"PATH_INFO": "/admin/"}, None)  # type: ignore[arg-type]
    assert app({"PATH_INFO": "/admin/"}, None) == ["made"]  # type: ignore[arg-type]
