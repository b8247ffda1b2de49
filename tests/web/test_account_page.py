"""A member of staff makes and revokes tokens on their own page; each is shown once."""

import re

import pytest

from receiver.services.staff.tokens import MOST, make_token, tokens_of
from tests.staff import BASE, Console, keep_staff

PAGE = "/admin/account"


@pytest.fixture
def viewer(wired):
    return Console(wired, "viewer")


def made_on(console, name="reports"):
    return re.search(r"stf_[\w-]{43}", console.post(f"{PAGE}/tokens", name=name).text)[0]


def opens(console, token):
    headers = {"Authorization": f"Bearer {token}"}
    return console.client.get("/api/v1/admin/staff/me", headers=headers, base_url=BASE).status_code == 200


def test_a_token_is_shown_once_and_opens_the_api_until_it_is_revoked(viewer, wired):
    token = made_on(viewer)
    page = viewer.get(PAGE).text
    assert "reports" in page
    assert token not in page
    assert opens(viewer, token)
    (kept,) = tokens_of(wired.database, 1)
    assert viewer.post(f"{PAGE}/tokens/{kept.id}/revoke").headers["Location"] == PAGE
    assert not opens(viewer, token)
    assert "You have no token." in viewer.get(PAGE).text


def test_nobody_revokes_a_token_of_somebody_else(viewer, wired, clock):
    keep_staff(wired, "operator")
    theirs = make_token(wired.database, clock(), email="operator@staff.example", name="x", actor="test")
    assert viewer.post(f"{PAGE}/tokens/{theirs.id}/revoke").status_code == 404
    assert opens(viewer, theirs.text)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "two\nlines"])
def test_a_token_without_a_proper_name_is_not_made(viewer, wired, name):
    answer = viewer.post(f"{PAGE}/tokens", name=name)
    assert (answer.status_code, "name: must be" in answer.text) == (400, True)
    assert tokens_of(wired.database, 1) == []


def test_a_form_sent_twice_makes_one_token(viewer, wired):
    made_on(viewer)
    assert "already" in viewer.post(f"{PAGE}/tokens", name="reports").text
    assert len(tokens_of(wired.database, 1)) == 1


def test_nobody_has_more_tokens_than_they_can_look_after(viewer, wired):
    for number in range(MOST):
        made_on(viewer, f"number {number}")
    assert "the most" in viewer.post(f"{PAGE}/tokens", name="one more").text
    assert len(tokens_of(wired.database, 1)) == MOST


def test_a_form_without_its_token_makes_nothing(viewer, wired):
    assert viewer.post(f"{PAGE}/tokens", name="x", csrf="x").status_code == 400
    assert tokens_of(wired.database, 1) == []
