"""The page after sign-in: the one requested, if it is a page of the console, and no other."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from receiver.services.awards.listing import show_award
from receiver.services.staff.account import sign_out_everywhere
from receiver.services.staff.members import set_password
from receiver.web.admin import session as sessions
from tests.award_fixtures import AwardActions
from tests.staff import BASE, PASSWORD, Console, keep_staff

EMAIL = "operator@staff.example"


@pytest.fixture
def nobody(container):
    keep_staff(container)
    return Console(container, None)


def next_page_of(answer):
    """Return the page that the sign-in page leads to."""
    place = urlsplit(answer.headers["Location"])
    assert place.path == "/admin/sign-in"
    return parse_qs(place.query).get("next")


def sign_in_from(console, page):
    """Sign in from that sign-in page, and return where it leads."""
    answer = console.client.post(
        page, data={"csrf": console.csrf(), "email": EMAIL, "password": PASSWORD}, base_url=BASE
    )
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.parametrize(
    "path", ["/admin/deliveries/61", "/admin/awards?state=any&text=Tin+Roof", "/admin/stores/st_1/fact"]
)
def test_who_signs_in_comes_to_the_page_that_was_asked_for(nobody, path):
    door = nobody.get(path)
    assert next_page_of(door) == [path]
    wrong = nobody.client.post(
        door.headers["Location"], data={"csrf": nobody.csrf(), "email": EMAIL}, base_url=BASE
    )
    assert wrong.status_code == 401
    assert sign_in_from(nobody, door.headers["Location"]) == path


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "//evil.example/admin/stores",
        "/\\evil.example",
        "/admin/\\evil.example",
        "/admin//evil.example",
        "/admin/../connect",
        "/admin/stores/%2e%2e/%2e%2e/connect",
        "/admin/stores\n",
        "javascript:alert(1)",
        "/connect",
        "/api/v1/status",
        "/admin/nowhere",
        "/admin/sign-in?next=/admin/stores",
        "/admin/awards/aw_1/issue",
        "/admin/static/console.css",
        "/admin/stores#x",
        "/admin/stores?text=" + "x" * 2_000,
    ],
)
def test_what_is_no_page_of_the_console_leads_to_its_first(nobody, place):
    with nobody.client.application.test_request_context(
        "/admin/sign-in", query_string={"next": place}, base_url=BASE
    ) as context:
        page = f"/admin/sign-in?{context.request.query_string.decode()}"
    assert sign_in_from(nobody, page) == "/admin/"


@pytest.mark.parametrize(
    ("form", "page"),
    [
        ("/admin/awards/aw_0/block", ["/admin/awards/aw_0"]),
        ("/admin/account/tokens/1/revoke", ["/admin/account"]),
        ("/admin/stores/st_0/fact", ["/admin/stores/st_0/fact"]),
        ("/admin/replays/1/cancel", ["/admin/replays/1"]),
    ],
)
@pytest.mark.parametrize("how", ["ended elsewhere", "cookie gone"])
def test_a_form_sent_after_the_session_ended_does_nothing_and_leads_back_to_its_page(
    container, form, page, how
):
    AwardActions(container)
    operator = Console(container)
    csrf = operator.csrf()
    if how == "cookie gone":
        operator.client.delete_cookie("console", domain="credit.example", path="/admin")
    else:
        sign_out_everywhere(container, 1)
    answer = operator.client.post(form, data={"csrf": csrf, "reason": "x"}, base_url=BASE)
    assert next_page_of(answer) == page
    assert "nothing was saved" in operator.get(answer.headers["Location"]).text
    assert show_award(container, "aw_0")["state"] == "due"


def test_a_session_that_was_idle_too_long_leads_back_too(container, monkeypatch):
    operator = Console(container)
    later = sessions.utc_now() + timedelta(hours=3)
    monkeypatch.setattr(sessions, "utc_now", lambda: later)
    assert next_page_of(operator.get("/admin/audit?text=x")) == ["/admin/audit?text=x"]


def test_who_must_choose_a_password_first_is_led_on_after_that(container, nobody):
    set_password(container, email=EMAIL, password=PASSWORD, actor="t", one_time=True)
    page = nobody.get("/admin/audit").headers["Location"]
    password_page = nobody.get(sign_in_from(nobody, page)).headers["Location"]
    assert password_page == "/admin/account/password?next=/admin/audit"
    new = "another-horse-battery"
    form = {"csrf": nobody.csrf(), "current": PASSWORD, "new": new, "again": new}
    assert nobody.client.post(password_page, data=form, base_url=BASE).headers["Location"] == "/admin/audit"
