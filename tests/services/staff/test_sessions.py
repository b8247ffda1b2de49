"""A session lasts while it is used, half a day at most, and what ends it ends it for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from receiver.container import Container
from receiver.domain.sign_in import SESSION_IDLE, SESSION_LONGEST
from receiver.domain.staff import Role
from receiver.errors import StorageUnavailable
from receiver.services.staff.account import choose_password, sign_out_everywhere
from receiver.services.staff.members import change_role, remove_staff, set_password
from receiver.services.staff.sessions import MOST, begin_session, end_session, person_of_session
from receiver.storage.staff import get_staff
from receiver.storage.tables import Staff, StaffSession
from tests.conftest import on_both_databases
from tests.staff import PASSWORD, keep_staff

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NEW = "another-horse-battery"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def database_kind() -> str:
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def ann(container: Container) -> Staff:
    email = keep_staff(container)
    with container.database.reading() as session:
        return get_staff(session, email)


@pytest.fixture
def secret(container: Container, ann: Staff) -> str:
    return begin(container, ann)


def begin(container: Container, who: Staff, now: datetime = START) -> str:
    secret = begin_session(container.at(now), who)
    assert secret is not None
    return secret


def is_in(container: Container, secret: str, now: datetime = START) -> bool:
    return person_of_session(container.at(now), secret) is not None


def session_rows(container: Container) -> list[StaffSession]:
    with container.database.reading() as session:
        return list(session.scalars(select(StaffSession)))


def test_it_is_kept_as_a_hash(container: Container, ann: Staff, secret: str) -> None:
    person = person_of_session(container.at(START), secret)
    assert person is not None
    assert person.id == ann.id
    assert secret not in str([vars(row) for row in session_rows(container)])
    assert not is_in(container, session_rows(container)[0].token_hash)


def test_it_ends_after_two_hours_without_a_page(container: Container, secret: str) -> None:
    assert is_in(container, secret, START + SESSION_IDLE - MINUTE)
    assert not is_in(container, secret, START + 2 * SESSION_IDLE)


def test_it_ends_half_a_day_after_it_began_however_much_it_is_used(container: Container, secret: str) -> None:
    for minutes in range(0, int(SESSION_LONGEST / MINUTE), 30):
        assert is_in(container, secret, START + minutes * MINUTE)
    assert not is_in(container, secret, START + SESSION_LONGEST)


def test_one_of_a_clock_that_was_far_ahead_has_ended(container: Container, secret: str) -> None:
    assert is_in(container, secret, START - timedelta(minutes=4))
    assert not is_in(container, secret, START - timedelta(days=1))


def test_its_use_is_kept_to_the_minute(container: Container, secret: str) -> None:
    for seconds in (59, 61, 90):
        is_in(container, secret, START + timedelta(seconds=seconds))
    assert session_rows(container)[0].last_used_at == START + timedelta(seconds=61)


def test_a_database_that_takes_no_write_still_shows_pages(
    container: Container, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def writing() -> None:
        raise StorageUnavailable("full")

    monkeypatch.setattr(container.database, "writing", writing)
    assert is_in(container, secret, START + 2 * MINUTE)


@on_both_databases
def test_ending_one_leaves_the_others(container: Container, ann: Staff, secret: str) -> None:
    other = begin(container, ann)
    for _ in range(2):
        end_session(container.database, secret)
    assert (is_in(container, secret), is_in(container, other)) == (False, True)


def test_a_password_that_is_replaced_ends_all_of_its_person(
    container: Container, ann: Staff, secret: str
) -> None:
    set_password(container.at(START), email=ann.email, password=NEW, actor="test")
    assert not is_in(container, secret)
    assert begin_session(container.at(START), ann) is None  # let in by the old one, a moment too late


def test_choosing_a_password_ends_all_of_its_person(container: Container, ann: Staff, secret: str) -> None:
    authenticated = choose_password(container.at(START), ann.id, current=PASSWORD, new=NEW)
    assert not is_in(container, secret)
    assert is_in(container, begin(container, authenticated))


def test_signing_out_everywhere_ends_those_of_one_person(
    container: Container, ann: Staff, secret: str
) -> None:
    with container.database.reading() as session:
        bob = get_staff(session, keep_staff(container, "viewer"))
    theirs = begin(container, bob)
    sign_out_everywhere(container.at(START), ann.id)
    assert (is_in(container, secret), is_in(container, theirs)) == (False, True)


def test_who_is_removed_is_out(container: Container, ann: Staff, secret: str) -> None:
    keep_staff(container, "viewer")
    change_role(
        container.at(START), email="viewer@staff.example", role=Role.OPERATOR, actor="test"
    )  # the last operator cannot go
    remove_staff(container.at(START), email=ann.email, actor="test")
    assert not is_in(container, secret)
    assert session_rows(container) == []
    assert begin_session(container.at(START), ann) is None


def test_nobody_has_more_than_a_few_and_the_oldest_goes_first(container: Container, ann: Staff) -> None:
    begun_in_turn = [begin(container, ann, START + number * MINUTE) for number in range(MOST + 3)]
    now = START + (MOST + 3) * MINUTE
    assert [is_in(container, secret, now) for secret in begun_in_turn] == [False] * 3 + [True] * MOST
    assert len(session_rows(container)) == MOST


def test_what_has_ended_is_forgotten_with_the_next_sign_in(
    container: Container, ann: Staff, secret: str
) -> None:
    begin(container, ann, START + SESSION_IDLE)
    assert len(session_rows(container)) == 1
