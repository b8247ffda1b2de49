"""Sign-in to the console, its sessions and cookies, and the first look at a store."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

import pytest

from receiver.app import create_app
from receiver.domain.sign_in import SESSION_IDLE
from receiver.domain.staff import Role
from receiver.services.decisions.decide import decide_store
from receiver.services.staff.members import add_staff, set_password
from receiver.storage.tables import SpendDay
from tests.db_factories import keep_all, keep_day, keep_store
from tests.factories import FIRST, OPEN, SETTLED

PASSWORD = "correct-horse-battery"


@pytest.fixture
def client(container, clock):
    add_staff(
        container.at(clock()),
        email="ann@staff.example",
        role=Role.OPERATOR,
        password=PASSWORD,
        actor="test",
    )
    return create_app(container=container).test_client()


def token_in(page):
    return re.search(r'name="csrf" value="([^"]+)"', page.text)[1]


def sign_in(client, email="ann@staff.example", password=PASSWORD):
    csrf = token_in(client.get("/admin/sign-in", base_url="https://credit.example"))
    form = {"email": email, "password": password, "csrf": csrf}
    return client.post("/admin/sign-in", data=form, base_url="https://credit.example")


def page(client, path="/admin/"):
    return client.get(path, base_url="https://credit.example")


def test_staff_sign_in_and_out(client):
    assert sign_in(client).headers["Location"] == "/admin/"
    home = page(client)
    assert "ann@staff.example" in home.text
    client.post("/admin/sign-out", data={"csrf": token_in(home)}, base_url="https://credit.example")
    assert page(client).headers["Location"] == "/admin/sign-in"


@pytest.mark.parametrize(
    ("email", "password"),
    [("ann@staff.example", "wrong"), ("nobody@staff.example", PASSWORD), ("", ""), ("ann@staff.example", "")],
)
def test_a_wrong_address_or_password_gets_the_same_answer(client, email, password):
    answer = sign_in(client, email, password)
    assert answer.status_code == 401
    assert "E-mail or password is wrong." in answer.text
    assert page(client).status_code == 302


def test_who_tries_too_often_is_told_how_long_to_wait(client):
    for _ in range(6):
        sign_in(client, password="wrong")
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "Wait 1 second," in answer.text
    assert page(client).status_code == 302


def test_a_browser_knows_its_person_again_and_nobody_else(client):
    sign_in(client)
    client.post("/admin/sign-out", data={"csrf": token_in(page(client))}, base_url="https://credit.example")
    stranger = client.application.test_client()
    for _ in range(6):
        sign_in(stranger, password="wrong")
    assert sign_in(stranger).status_code == 429
    assert sign_in(client).status_code == 302
    assert [sign_in(stranger, "bob@staff.example").status_code for _ in range(7)][-1] == 429
    assert sign_in(client, "bob@staff.example").status_code == 429
    client.set_cookie("console-known", "forged", domain="credit.example", path="/admin/sign-in")
    assert sign_in(client).status_code == 429


def test_a_form_without_its_token_changes_nothing(client):
    page(client, "/admin/sign-in")
    form = {"email": "ann@staff.example", "password": PASSWORD, "csrf": "x"}
    answer = client.post("/admin/sign-in", data=form, base_url="https://credit.example")
    assert answer.status_code == 400
    assert page(client).status_code == 302


def test_somebody_who_left_the_staff_is_out_at_once(client, container):
    sign_in(client)
    with container.database.writing() as session:
        from receiver.storage.tables import Staff

        session.delete(session.get(Staff, 1))
    assert page(client).status_code == 302


def test_a_new_password_ends_the_sessions_of_the_old_one(client, container, clock):
    sign_in(client)
    new = "another-horse-battery"
    set_password(container.at(clock()), email="ann@staff.example", password=new, actor="test")
    assert page(client).headers["Location"] == "/admin/sign-in"
    sign_in(client, password=new)
    assert page(client).status_code == 200


def copy_cookies(client):
    """Copy the session cookie into another browser."""
    thief = client.application.test_client()
    cookie = client.get_cookie("console", domain="credit.example", path="/admin")
    thief.set_cookie("console", cookie.value, domain="credit.example", path="/admin")
    return thief


def test_a_copy_of_the_cookie_opens_nothing_after_sign_out(client):
    sign_in(client)
    thief = copy_cookies(client)
    assert page(thief).status_code == 200
    client.post("/admin/sign-out", data={"csrf": token_in(page(client))}, base_url="https://credit.example")
    assert page(thief).headers["Location"] == "/admin/sign-in"


def test_signing_in_anew_leaves_other_browsers_in(client):
    sign_in(client)
    elsewhere = client.application.test_client()
    sign_in(elsewhere)
    client.post("/admin/sign-out", data={"csrf": token_in(page(client))}, base_url="https://credit.example")
    assert page(elsewhere).status_code == 200


def test_a_session_nobody_uses_ends_after_two_hours(client):
    """In the browser too, which gets a new cookie with each answer."""
    cookie = next(c for c in sign_in(client).headers.getlist("Set-Cookie") if c.startswith("console="))
    lifetime = parsedate_to_datetime(re.search("Expires=([^;]+)", cookie)[1]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=59) < lifetime <= SESSION_IDLE
    assert "Set-Cookie" in page(client).headers


def test_the_session_cookie_is_for_https_and_no_script(client):
    cookie = sign_in(client).headers["Set-Cookie"]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/admin"))


def test_pages_forbid_caches_and_every_script_but_our_own_file(client):
    headers = page(client, "/admin/sign-in").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == (
        "'none'",
        "'self'",
        "'self'",
    )
    for elsewhere in ("/admins", "/connect", "/api/v1/status"):
        assert "script-src" not in page(client, elsewhere).headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_a_store_is_shown_with_every_rule_and_its_evidence(client, container, clock):
    clock.at = SETTLED
    decide_store(container.at(SETTLED), keep_all(container))
    sign_in(client)
    html = page(client, "/admin/stores/st_1").text
    assert "Country of the store" in html
    assert "store country: US (staff" in html
    assert "markets: US, GB (programme)" in html
    assert "$500.00" in html


def test_an_unknown_store_is_not_found(client):
    sign_in(client)
    assert page(client, "/admin/stores/st_nobody").status_code == 404


def test_a_flag_on_an_award_is_shown_to_staff(client, container, clock):
    clock.at = SETTLED
    store_id = keep_all(container)
    decide_store(container.at(SETTLED), store_id)
    sign_in(client)
    assert "Flagged" not in page(client, f"/admin/stores/{store_id}").text
    keep_day(container, "10.00")
    decide_store(container.at(SETTLED), store_id)
    flagged = page(client, f"/admin/stores/{store_id}").text
    assert "TikTok restated the spend: final figures no longer reach this tier." in flagged


def test_an_overdue_award_is_loud_on_the_first_page_and_on_its_store(client, container, clock):
    clock.at = SETTLED
    store_id = keep_all(container)
    decide_store(container.at(SETTLED), store_id)
    sign_in(client)
    assert "award overdue" not in page(client).text
    assert "overdue" not in page(client, f"/admin/stores/{store_id}").text
    clock.move(days=5)  # due by 8 December
    assert "award overdue" in page(client).text
    assert '<span class="badge bad">overdue</span>' in page(client, f"/admin/stores/{store_id}").text


def test_a_stores_spend_is_drawn_and_stands_beside_it_as_a_table(client, container, clock):
    clock.at = SETTLED
    store_id = keep_all(container)
    keep_day(container, "20.40", FIRST + timedelta(days=1))
    sign_in(client)
    html = page(client, f"/admin/stores/{store_id}").text
    assert html.count('<svg class="chart') == 2
    rows = re.findall(
        "<tr>(.*?)</tr>", html.partition('<table class="number-table">')[2].partition("</table>")[0], re.S
    )
    assert len(rows) == 31
    assert re.findall("<td[^>]*>(?:<time[^>]*>)?([^<]*)<", rows[2]) == [
        "3 Nov 2025",
        "$20.40",
        "$0.00",
        "$620.40",
        "final",
    ]


def test_a_date_nobody_knows_is_told_as_unknown_and_not_as_zero(client, container, clock):
    clock.at = OPEN
    store_id = keep_all(container)
    sign_in(client)
    html = page(client, f"/admin/stores/{store_id}").text
    assert '<td class="number">unknown</td>' in html


def test_a_store_without_a_window_has_no_chart(client, container):
    keep_store(container, "st_2")
    sign_in(client)
    assert '<svg class="chart' not in page(client, "/admin/stores/st_2").text


def test_a_discrepancy_is_shown_to_staff_in_words(client, container, clock):
    clock.at = SETTLED
    store_id = keep_all(container)
    with container.database.writing() as session:
        session.get_one(SpendDay, ("7001", FIRST)).billed_cost = Decimal("10.00")
    decide_store(container.at(SETTLED), store_id)
    sign_in(client)
    assert "differ by more than 1%" in page(client, f"/admin/stores/{store_id}").text
    assert "sources differ: figures apart" in page(client, "/admin/stores").text
