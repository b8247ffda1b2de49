"""The account page: password, sessions, time zone, and tokens, each shown once."""

import re

import pytest

from receiver.domain.staff import Role
from receiver.services.staff.members import add_staff
from receiver.services.staff.tokens import MOST, make_token, page_of_tokens
from tests.staff import BASE, PASSWORD, Console, keep_staff

PAGE = "/admin/account"


@pytest.fixture
def viewer(container):
    return Console(container, "viewer")


def make_token_on(console, name="reports", days="90"):
    return re.search(r"stf_[\w-]{43}", console.post(f"{PAGE}/tokens", name=name, days=days).text)[0]


def opens_the_api(console, token):
    headers = {"Authorization": f"Bearer {token}"}
    return console.client.get("/api/v1/admin/staff/me", headers=headers, base_url=BASE).status_code == 200


def test_a_token_is_shown_once_and_opens_the_api_until_it_is_revoked(viewer, container):
    token = make_token_on(viewer)
    page = viewer.get(PAGE).text
    assert "reports" in page
    assert token not in page
    assert opens_the_api(viewer, token)
    (stored,) = page_of_tokens(container.database, staff_id=1, limit=0).rows
    assert viewer.post(f"{PAGE}/tokens/{stored.id}/revoke").headers["Location"] == PAGE
    assert not opens_the_api(viewer, token)
    assert "You have no tokens." in viewer.get(PAGE).text


def test_nobody_revokes_a_token_of_somebody_else(viewer, container, clock):
    keep_staff(container, "operator")
    theirs = make_token(container.at(clock()), email="operator@staff.example", name="x", actor="test")
    assert viewer.post(f"{PAGE}/tokens/{theirs.id}/revoke").status_code == 404
    assert opens_the_api(viewer, theirs.text)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "two\nlines"])
def test_a_token_without_a_proper_name_is_not_made(viewer, container, name):
    answer = viewer.post(f"{PAGE}/tokens", name=name, days="90")
    assert (answer.status_code, "Name must be" in answer.text) == (400, True)
    assert page_of_tokens(container.database, staff_id=1, limit=0).rows == []


def test_a_form_sent_twice_makes_one_token(viewer, container):
    make_token_on(viewer)
    assert "already" in viewer.post(f"{PAGE}/tokens", name="reports", days="90").text
    assert len(page_of_tokens(container.database, staff_id=1, limit=0).rows) == 1


def test_nobody_has_more_tokens_than_they_can_look_after(viewer, container):
    for number in range(MOST):
        make_token_on(viewer, f"number {number}")
    assert "the most" in viewer.post(f"{PAGE}/tokens", name="one more", days="90").text
    assert len(page_of_tokens(container.database, staff_id=1, limit=0).rows) == MOST


def test_a_token_opens_the_api_until_it_expires(viewer, container, clock):
    token = make_token_on(viewer, days="30")
    assert "20 Dec 2025, 12:00" in viewer.get(PAGE).text
    clock.move(days=29)
    assert opens_the_api(viewer, token)
    assert '<span class="badge ours">soon</span>' in viewer.get(PAGE).text
    clock.move(days=1)
    assert not opens_the_api(viewer, token)
    assert '<span class="badge bad">expired</span>' in viewer.get(PAGE).text


@pytest.mark.parametrize("days", ["", "0", "-1", "366", "9" * 5000, "ninety", "٩٠"])
def test_a_token_without_a_proper_end_is_not_made(viewer, container, days):
    answer = viewer.post(f"{PAGE}/tokens", name="reports", days=days)
    assert (answer.status_code, "Days must be a number from 1 to 365" in answer.text) == (400, True)
    assert page_of_tokens(container.database, staff_id=1, limit=0).rows == []


def test_a_new_token_takes_the_name_of_an_expired_one(viewer, container, clock):
    old = make_token_on(viewer, days="1")
    assert "already" in viewer.post(f"{PAGE}/tokens", name="reports", days="90").text
    clock.move(days=1)
    assert opens_the_api(viewer, make_token_on(viewer))
    assert not opens_the_api(viewer, old)
    assert len(page_of_tokens(container.database, staff_id=1, limit=0).rows) == 1


def test_a_form_without_its_token_makes_nothing(viewer, container):
    assert viewer.post(f"{PAGE}/tokens", name="x", csrf="x").status_code == 400
    assert page_of_tokens(container.database, staff_id=1, limit=0).rows == []


NEW = "another-horse-battery"


def choose(console, new=NEW, again=NEW, current=PASSWORD):
    return console.post(f"{PAGE}/password", current=current, new=new, again=again)


def is_signed_in(console):
    return console.get("/admin/").status_code == 200


def test_a_new_password_ends_every_other_session(viewer, container):
    elsewhere = Console(container, "viewer")
    assert "Password changed." in viewer.get(choose(viewer).headers["Location"]).text
    assert (is_signed_in(viewer), is_signed_in(elsewhere)) == (True, False)
    assert elsewhere.sign_in("viewer@staff.example", PASSWORD).status_code == 401
    assert elsewhere.sign_in("viewer@staff.example", NEW).status_code == 302


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"current": "wrong"}, "not your current password"),
        ({"again": NEW + "x"}, "The two new passwords differ."),
        ({"new": "short", "again": "short"}, "12 to 200 characters"),
        ({"new": PASSWORD, "again": PASSWORD}, "another one than the current"),
    ],
)
def test_a_password_is_replaced_only_by_a_proper_one_of_somebody_who_knows_it(viewer, typed, message):
    answer = choose(viewer, **typed)
    assert (answer.status_code, message in answer.text) == (400, True)
    assert viewer.sign_in("viewer@staff.example", PASSWORD).status_code == 302


def test_an_open_session_is_no_place_to_try_out_passwords(viewer, clock):
    for _ in range(6):
        choose(viewer, current="wrong")
    assert "Too many wrong passwords" in choose(viewer).text
    clock.move(minutes=15)
    assert choose(viewer).status_code == 302


def test_whoever_got_a_one_time_password_chooses_their_own_before_all_else(container, clock):
    who = {"email": "new@staff.example", "role": Role.OPERATOR, "password": PASSWORD, "actor": "test"}
    add_staff(container.at(clock()), one_time=True, **who)
    console = Console(container, None)
    console.sign_in("new@staff.example")
    for path in ("/admin/", "/admin/audit", PAGE):
        assert console.get(path).headers["Location"].partition("?")[0] == f"{PAGE}/password"
    assert console.post(f"{PAGE}/tokens", name="x").headers["Location"].startswith(f"{PAGE}/password")
    assert page_of_tokens(container.database, staff_id=1, limit=0).rows == []
    assert "a one-time password" in console.get(f"{PAGE}/password").text
    choose(console)
    assert is_signed_in(console)


def test_signing_out_everywhere_ends_every_session(viewer, container):
    elsewhere = Console(container, "viewer")
    assert viewer.post(f"{PAGE}/sign-out-everywhere").headers["Location"] == "/admin/sign-in"
    assert (is_signed_in(viewer), is_signed_in(elsewhere)) == (False, False)


def test_times_are_shown_in_the_zone_that_its_reader_chose(viewer):
    assert "20 Nov 2025, 12:00</time>" in viewer.get("/admin/audit").text
    viewer.post(f"{PAGE}/zone", zone="America/New_York")
    assert "20 Nov 2025, 07:00</time>" in viewer.get("/admin/audit").text
    assert viewer.post(f"{PAGE}/zone", zone="Mars/Olympus").status_code == 400
    assert "20 Nov 2025, 07:00</time>" in viewer.get("/admin/audit").text


def test_dates_are_those_of_the_readers_zone(viewer):
    viewer.post(f"{PAGE}/zone", zone="Pacific/Kiritimati")  # 14 hours ahead: there it is the 21st
    assert "let viewer" in viewer.get("/admin/audit?since=2025-11-21&until=2025-11-21").text
    assert "let viewer" not in viewer.get("/admin/audit?until=2025-11-20").text
