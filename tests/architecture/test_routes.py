"""Each route is called as nobody, viewer and operator; routes open to all, or to viewers, are listed here.

The webhook addresses stand in front of Flask: tests/web/test_webhook_answers.py.
"""

import re

import pytest

from receiver.app import create_app
from receiver.container import build_container
from receiver.storage.migrate import migrate
from tests.conftest import make_settings
from tests.staff import BASE, Console, keep_staff, staff_token

STATIC = {"/admin/static/<path:filename>", "/connect/static/<path:filename>"}
# Open to anybody, without an account, a token, a cookie or a signature.
OPEN = {"/", "/healthz", "/readyz", "/openapi.json", "/admin/sign-in", "/connect", *STATIC}
# Viewers may change what is their own.
OWN = {
    "/admin/sign-in",
    "/admin/sign-out",
    "/admin/account/password",
    "/admin/account/sign-out-everywhere",
    "/admin/account/tokens",
    "/admin/account/tokens/<int:token_id>/revoke",
    "/admin/account/zone",
}
# Pages that viewers may not even read.
OPERATORS_READ = {
    "/admin/sandbox",
    "/admin/awards/file",
    "/admin/awards/issue",
    "/admin/team/<int:staff_id>",
    "/admin/programme/load",
    "/admin/replays/new",
    "/admin/stores/<store_id>/end-access",
    "/admin/stores/<store_id>/fact",
    "/admin/stores/<store_id>/merge",
    "/admin/stores/<store_id>/move",
    "/admin/stores/<store_id>/secret",
    "/admin/stores/<store_id>/sequence",
}
SAFE = ("GET",)
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}  # who is on this machine may see /metrics
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routes")
    container = build_container(
        make_settings(database_url=f"sqlite:///{folder}/receiver.db", sandbox_folder=folder)
    )
    migrate(container.database)
    yield container
    container.database.close()


@pytest.fixture(scope="module")
def app(container):
    return create_app(container=container)


@pytest.fixture(scope="module")
def routes(app):
    """Every pair of a rule and a method, but for the open ones."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule not in OPEN]
    return [(rule.rule, method) for rule in rules for method in sorted(rule.methods & METHODS)]


def address(rule):
    """Fill the holes of a rule; staff 999 is nobody, so that callers do not end their own access."""
    path = rule.replace("<int:staff_id>", "999")
    return re.sub("<(int:)?.*?>", lambda part: "1" if part[1] else "st_x", path)


def console_routes(routes):
    return [(rule, method) for rule, method in routes if rule.startswith("/admin")]


def api_routes(routes):
    return [(rule, method) for rule, method in routes if rule.startswith("/api/v1/admin/")]


def turns_away(answer):
    leads_to = answer.headers.get("Location", "").partition("?")[0]
    is_at_door = leads_to in ("/admin/sign-in", "/admin/account/password")
    return answer.status_code in (401, 403) or is_at_door


def test_nobody_gets_past_a_route_that_is_not_listed_as_open(app, routes):
    client = app.test_client()
    for rule, method in routes:
        answer = client.open(address(rule), method=method, environ_base=ELSEWHERE)
        assert turns_away(answer) or answer.status_code == 400, f"{method} {rule}: {answer.status_code}"


def test_nobody_with_a_form_of_the_sign_in_page_changes_nothing(container, routes):
    nobody = Console(container, None)
    for rule, method in console_routes(routes):
        if rule != "/admin/sign-out":
            assert turns_away(nobody.send(address(rule), method)), f"{method} {rule}"


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_in_the_console_viewers_read_and_operators_change(container, routes, role):
    console = Console(container, role)
    for rule, method in console_routes(routes):
        if rule in OWN and method not in SAFE:
            continue
        is_for_viewers = method in SAFE and rule not in OPERATORS_READ
        refused = turns_away(console.send(address(rule), method))
        assert refused == (role == "viewer" and not is_for_viewers), f"{method} {rule} for a {role}"


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_with_a_token_viewers_read_and_operators_change(container, app, routes, role):
    staff_token(container, role, "number 1, which one of the routes revokes")
    client, token = app.test_client(), staff_token(container, role)
    for rule, method in api_routes(routes):
        answer = client.open(address(rule), method=method, headers=token, base_url=BASE)
        refused = turns_away(answer)
        assert refused == (role == "viewer" and method not in SAFE), f"{method} {rule} for a {role}"


def test_no_form_of_the_console_is_taken_without_its_token(container, routes):
    operator = Console(container, "operator")
    for rule, method in console_routes(routes):
        if method not in SAFE:
            answer = operator.send(address(rule), method, csrf="x")
            assert (answer.status_code, "too old" in answer.text) == (400, True), f"{method} {rule}"


def test_no_answer_may_be_kept_framed_guessed_at_or_run_foreign_scripts(container, app):
    operator = Console(container, "operator")
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods:
            headers = operator.get(address(rule.rule)).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"], rule
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], rule
            assert "unsafe" not in headers["Content-Security-Policy"], rule
            own_script = "script-src 'self'" in headers["Content-Security-Policy"]
            assert own_script == rule.rule.startswith("/admin"), rule
            assert headers["Cache-Control"] == "no-store", rule
            assert headers["Referrer-Policy"] == "no-referrer", rule
            assert headers["X-Content-Type-Options"] == "nosniff", rule


def test_no_cookie_is_for_scripts_other_sites_or_lines_without_tls(container):
    console = Console(container, None)
    console.get("/admin/sign-in")
    set_by_both = [
        cookie
        for answer in (console.get("/admin/sign-in"), console.sign_in(keep_staff(container)))
        for cookie in answer.headers.getlist("Set-Cookie")
    ]
    assert {cookie.partition("=")[0] for cookie in set_by_both} >= {"console"}
    for cookie in set_by_both:
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/admin"):
            assert part in cookie, cookie


def test_what_is_listed_is_there(app):
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert rules >= OPEN | OWN | OPERATORS_READ


def test_a_wrong_method_says_which_are_right(app):
    answer = app.test_client().delete("/api/v1/status")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_unknown_address_is_a_plain_404(app):
    answer = app.test_client().get("/nowhere")
    assert (answer.status_code, answer.json) == (404, {"error": "not found"})


def test_in_the_console_what_goes_wrong_is_told_on_a_page(app):
    answer = app.test_client().get("/admin/nowhere")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<h1>Page not found</h1>" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
