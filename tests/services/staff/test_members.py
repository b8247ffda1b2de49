"""The team: roles change at once, somebody is always left who may change anything."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from receiver.domain.staff import Role
from receiver.errors import NotFound, Refused
from receiver.services.staff.members import add_staff, change_role, list_staff, remove_staff
from receiver.services.staff.records import Authenticated
from receiver.services.staff.sessions import begin_session, person_of_session
from receiver.services.staff.tokens import make_token, make_token_for, use_token
from receiver.storage.tables import AuditEntry, Staff
from tests.conftest import on_both_databases

NOW = datetime(2025, 12, 5, 9, 0, tzinfo=UTC)
ANN, BOB = "ann@staff.example", "bob@staff.example"


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def keep(container, email, role):
    return add_staff(
        container.at(NOW), email=email, role=Role(role), password="correct-horse-battery", actor="test"
    )


@pytest.fixture
def team(container):
    """Ann, who is the operator, and Bob, who views."""
    return {email: keep(container, email, role) for email, role in ((ANN, "operator"), (BOB, "viewer"))}


def session_of(container, email, at):
    with container.database.reading() as session:
        person = session.scalars(select(Staff).where(Staff.email == email)).one()
        who = Authenticated(person.id, person.email, person.password_hash)
    return begin_session(container.at(at), who)


def change(container, email, role):
    return change_role(container.at(NOW), email=email, role=Role(role), actor="ann")


def audited(container):
    with container.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.action, entry.subject, entry.detail) for entry in entries]


def test_a_role_changes_once_and_is_audited(container, team):
    for _ in range(2):
        assert change(container, " BOB@staff.example", "operator").role is Role.OPERATOR
    entries = [entry for entry in audited(container) if entry[0] == "staff role"]
    assert entries == [("staff role", BOB, {"from": "viewer", "to": "operator"})]


def test_a_new_role_holds_for_sessions_and_tokens_that_are_there(container, team):
    secret = session_of(container, BOB, NOW)
    token = make_token(container.at(NOW), email=BOB, name="t", actor="test")
    change(container, BOB, "operator")
    assert person_of_session(container.at(NOW), secret).role is Role.OPERATOR
    assert use_token(container.at(NOW), token.text).owner.role is Role.OPERATOR


@on_both_databases
def test_the_last_operator_neither_leaves_nor_becomes_less(container, team):
    with pytest.raises(Refused, match=r"ann@staff[.]example is the last operator"):
        change(container, ANN, "viewer")
    with pytest.raises(Refused, match="last operator"):
        remove_staff(container.at(NOW), email=ANN, actor=ANN)
    change(container, BOB, "operator")
    change(container, ANN, "viewer")
    with pytest.raises(Refused, match=r"bob@staff[.]example is the last operator"):
        remove_staff(container.at(NOW), email=BOB, actor=BOB)
    assert remove_staff(container.at(NOW), email=ANN, actor=BOB).email == ANN


def test_somebody_who_is_not_there_is_refused(container, team):
    with pytest.raises(NotFound):
        change(container, "carl@staff.example", "viewer")


def list_team(container, real_now=NOW, now=NOW):
    members = list_staff(container.at(now), real_now=real_now, limit=0)
    return {member.person.email: (member.last_seen_at, member.sessions, member.tokens) for member in members}


@on_both_databases
def test_the_list_tells_when_each_was_last_seen_and_what_is_open(container, team):
    assert list_team(container) == {ANN: (None, 0, 0), BOB: (None, 0, 0)}
    secret = session_of(container, ANN, NOW)
    session_of(container, ANN, NOW)
    make_token(container.at(NOW), email=BOB, name="t", days=1, actor="test")
    later = NOW + timedelta(minutes=30)
    person_of_session(container.at(later), secret)
    assert list_team(container, later) == {ANN: (later, 2, 0), BOB: (None, 0, 1)}
    tomorrow = NOW + timedelta(days=2)  # sessions and token are over; when she was there stays
    assert list_team(container, tomorrow, tomorrow) == {ANN: (later, 0, 0), BOB: (None, 0, 0)}


@pytest.mark.parametrize(
    ("maker", "owner", "may"), [(ANN, ANN, True), (ANN, BOB, True), (BOB, BOB, True), (BOB, ANN, False)]
)
def test_an_operator_makes_tokens_of_their_own_and_of_viewers(container, team, maker, owner, may):
    def make():
        return make_token_for(container.at(NOW), team[maker], email=owner, name="t", days=9)

    if may:
        assert (make().owner.email, audited(container)[-1][0]) == (owner, "staff token")
    else:
        with pytest.raises(Refused, match=r"only ann@staff[.]example makes tokens"):
            make()


def test_no_operator_makes_a_token_that_acts_as_another_operator(container, team):
    other = keep(container, "eve@staff.example", "operator")
    with pytest.raises(Refused, match=r"only ann@staff[.]example makes tokens"):
        make_token_for(container.at(NOW), other, email=ANN, name="t", days=9)
