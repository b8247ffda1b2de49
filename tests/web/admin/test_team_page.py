"""The Team page: operators invite, change and end access; viewers see who is there."""

import re

import pytest
from sqlalchemy import select

from receiver.storage.tables import AuditEntry, Staff, StaffToken
from tests.staff import BASE, Console, keep_staff

NEW = "carol@staff.example"


@pytest.fixture
def operator(container):
    return Console(container)


def invite(console, email=NEW, role="viewer"):
    return console.post("/admin/team/invite", email=email, role=role)


def member_id(container, email=NEW):
    with container.database.reading() as session:
        return session.scalar(select(Staff.id).where(Staff.email == email))


def audited(container):
    with container.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def password_in(page):
    return re.search(r'<code class="token">([^<]+)</code>', page.text)[1]


def test_who_is_invited_signs_in_with_the_password_that_is_shown_once(container, operator):
    page = invite(operator)
    password = password_in(page)
    assert (NEW in page.text, f"{BASE}/admin/sign-in" in page.text) == (True, True)
    assert password not in operator.get("/admin/team").text
    carol = Console(container, None)
    assert carol.sign_in(NEW, password).headers["Location"] == "/admin/"
    assert carol.get("/admin/").headers["Location"].startswith("/admin/account/password")
    assert "staff add" in audited(container)


@pytest.mark.parametrize(
    ("email", "role", "status", "message"),
    [
        ("carol", "viewer", 400, "must be an address"),
        (NEW, "owner", 400, "must be one of viewer, operator"),
        ("operator@staff.example", "viewer", 409, "is already on the staff"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_and_stays_typed(operator, email, role, status, message):
    answer = invite(operator, email, role)
    assert (answer.status_code, message in answer.text, f'value="{email}"' in answer.text) == (
        status,
        True,
        True,
    )
    assert "one-time password" not in answer.text.partition("<table>")[0]


def test_a_role_is_changed_and_the_last_operator_is_kept(container, operator):
    invite(operator)
    path = f"/admin/team/{member_id(container)}"
    assert operator.post(f"{path}/role", role="operator").status_code == 302
    assert "Operator, on the team" in operator.get(path).text
    assert operator.post(f"{path}/role", role="viewer").status_code == 302
    own = f"/admin/team/{member_id(container, 'operator@staff.example')}"
    for act, form in (("role", {"role": "viewer"}), ("end", {"confirm": "yes"})):
        answer = operator.post(f"{own}/{act}", **form)
        assert (answer.status_code, "is the last operator" in answer.text) == (409, True)
    assert operator.get("/admin/team").status_code == 200


def test_access_ends_at_once_after_it_was_confirmed(container, operator):
    password = password_in(invite(operator))
    carol = Console(container, None)
    carol.sign_in(NEW, password)
    path = f"/admin/team/{member_id(container)}"
    assert operator.post(f"{path}/end").status_code == 400
    assert member_id(container) is not None
    answer = operator.post(f"{path}/end", confirm="yes")
    assert f"{NEW} has no access any more" in operator.get(answer.headers["Location"]).text
    assert carol.get("/admin/team").headers["Location"].startswith("/admin/sign-in")
    assert operator.get(path).status_code == 404
    assert "staff remove" in audited(container)


def test_a_new_password_is_shown_once_and_ends_what_the_old_one_opened(container, operator):
    old = password_in(invite(operator))
    carol = Console(container, None)
    carol.sign_in(NEW, old)
    path = f"/admin/team/{member_id(container)}"
    new = password_in(operator.post(f"{path}/password"))
    assert new not in operator.get(path).text
    assert carol.get("/admin/team").headers["Location"].startswith("/admin/sign-in")
    assert carol.sign_in(NEW, old).status_code == 401
    assert carol.sign_in(NEW, new).status_code == 302


def test_a_viewers_token_is_made_shown_once_and_revoked(container, operator):
    invite(operator)
    path = f"/admin/team/{member_id(container)}"
    answer = operator.post(f"{path}/tokens", name="reports", days="9")
    token = password_in(answer)
    assert token.startswith("stf_")
    page = operator.get(path).text
    assert (token in page, "reports" in page) == (False, True)
    headers = {"Authorization": f"Bearer {token}"}
    assert operator.client.get("/api/v1/admin/staff/me", headers=headers, base_url=BASE).status_code == 200
    operator.post(re.search(r'action="([^"]+/revoke)"', page)[1])
    assert operator.client.get("/api/v1/admin/staff/me", headers=headers, base_url=BASE).status_code == 401
    assert audited(container)[-2:] == ["staff token", "staff revoke-token"]
    assert operator.post(f"{path}/tokens", name="x", days="many").status_code == 400


def test_tokens_of_another_operator_are_only_revoked(container, operator):
    invite(operator, role="operator")
    path = f"/admin/team/{member_id(container)}"
    answer = operator.post(f"{path}/tokens", name="x", days="9")
    assert (answer.status_code, "makes tokens that act as" in answer.text) == (409, True)
    with container.database.reading() as session:
        assert session.scalars(select(StaffToken)).all() == []


def test_viewers_see_who_is_there_and_change_nothing(container, operator):
    invite(operator)
    viewer = Console(container, "viewer")
    page = viewer.get("/admin/team").text
    assert all(email in page for email in (NEW, "operator@staff.example", keep_staff(container, "viewer")))
    assert ("Invite" in page, "Sessions" in page, "Ask an operator" in page) == (False, False, True)
    path = f"/admin/team/{member_id(container)}"
    assert viewer.get(path).status_code == 403
    for act in ("role", "password", "end", "tokens"):
        assert viewer.post(f"{path}/{act}").status_code == 403
    assert invite(viewer, "dave@staff.example").status_code == 403


def test_ones_account_says_where_colleagues_are_managed(operator):
    assert 'href="/admin/team"' in operator.get("/admin/account").text.partition("Password and sessions")[0]


def test_the_team_asks_the_database_as_often_for_many_as_for_few(container, operator):
    few = operator.count_queries("/admin/team")
    with container.database.writing() as session:
        for number in range(30):
            session.add(
                Staff(
                    email=f"{number}@staff.example",
                    role="viewer",
                    password_hash="x",
                    created_at=container.now(),
                )
            )
    assert operator.count_queries("/admin/team") == few
