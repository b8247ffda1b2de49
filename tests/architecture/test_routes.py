"""Every route is guarded by something, or stands on the short list of those open to anybody."""

import re

import pytest

from receiver.app import create_app
from tests.conftest import make_settings

STATIC = {"/admin/static/<path:filename>", "/connect/static/<path:filename>"}
OPEN = {"/healthz", "/readyz", "/openapi.json", "/admin/sign-in", "/connect", *STATIC}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routes")
    return create_app(make_settings(database_url=f"sqlite:///{folder}/none.db", sandbox_folder=folder))


def rules(app):
    asked = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    return [(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods & asked]


def test_nobody_gets_past_a_guarded_route(app):
    client = app.test_client()
    for rule, method in rules(app):
        if rule in OPEN:
            continue
        address = re.sub("<(int:)?.*?>", lambda part: "1" if part[1] else "st_x", rule)
        answer = client.open(address, method=method)
        turned_away = answer.status_code in (400, 401) or answer.headers.get("Location") == "/admin/sign-in"
        assert turned_away, f"{method} {rule} answered {answer.status_code} to nobody"


def test_a_wrong_method_says_which_are_right(app):
    answer = app.test_client().delete("/api/v1/status")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_unknown_address_is_a_plain_404(app):
    answer = app.test_client().get("/nowhere")
    assert (answer.status_code, answer.json) == (404, {"error": "not found"})
