"""A session lasts while it is used, half a day at most, and what ends it ends it for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from receiver.domain.sign_in import SESSION_IDLE, SESSION_LONGEST
from receiver.errors import StorageUnavailable
from receiver.services.staff.account import choose_password, sign_out_everywhere
from receiver.services.staff.members import remove_staff, set_password
from receiver.services.staff.sessions import MOST, begin_session, end_session, person_of_session
from receiver.storage.staff import known_staff
from receiver.storage.tables import Staff, StaffSession
from receiver.wiring import Wiring
from tests.staff import PASSWORD, keep_staff

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NEW = "another-horse-battery"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ann(wired: Wiring) -> Staff:
    email = keep_staff(wired)
    with wired.database.reading() as session:
        return known_staff(session, email)


@pytest.fixture
def secret(wired: Wiring, ann: Staff) -> str:
    return begun(wired, ann)


def begun(wired: Wiring, who: Staff, now: datetime = START) -> str:
    secret = begin_session(wired.database, now, who)
    assert secret is not None
    return secret


def is_in(wired: Wiring, secret: str, now: datetime = START) -> bool:
    return person_of_session(wired.database, now, secret) is not None


def kept(wired: Wiring) -> list[StaffSession]:
    with wired.database.reading() as session:
        return list(session.scalars(select(StaffSession)))


def test_it_is_kept_as_a_hash(wired: Wiring, ann: Staff, secret: str) -> None:
    found = person_of_session(wired.database, START, secret)
    assert found is not None
    assert found.id == ann.id
    assert secret not in str([vars(row) for row in kept(wired)])
    assert not is_in(wired, kept(wired)[0].token_hash)


def test_it_ends_after_two_hours_without_a_page(wired: Wiring, secret: str) -> None:
    assert is_in(wired, secret, START + SESSION_IDLE - MINUTE)
    assert not is_in(wired, secret, START + 2 * SESSION_IDLE)


def test_it_ends_half_a_day_after_it_began_however_much_it_is_used(wired: Wiring, secret: str) -> None:
    for minutes in range(0, int(SESSION_LONGEST / MINUTE), 30):
        assert is_in(wired, secret, START + minutes * MINUTE)
    assert not is_in(wired, secret, START + SESSION_LONGEST)


def test_one_of_a_clock_that_was_far_ahead_has_ended(wired: Wiring, secret: str) -> None:
    assert is_in(wired, secret, START - timedelta(minutes=4))
    assert not is_in(wired, secret, START - timedelta(days=1))


def test_its_use_is_kept_to_the_minute(wired: Wiring, secret: str) -> None:
    for seconds in (59, 61, 90):
        is_in(wired, secret, START + timedelta(seconds=seconds))
    assert kept(wired)[0].last_used_at == START + timedelta(seconds=61)


def test_a_database_that_takes_no_write_still_shows_pages(
    wired: Wiring, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def writing() -> None:
        raise StorageUnavailable("full")

    monkeypatch.setattr(wired.database, "writing", writing)
    assert is_in(wired, secret, START + 2 * MINUTE)


def test_ending_one_leaves_the_others(wired: Wiring, ann: Staff, secret: str) -> None:
    other = begun(wired, ann)
    for _ in range(2):
        end_session(wired.database, secret)
    assert (is_in(wired, secret), is_in(wired, other)) == (False, True)


def test_a_password_that_is_replaced_ends_all_of_its_person(wired: Wiring, ann: Staff, secret: str) -> None:
    set_password(wired.database, START, email=ann.email, password=NEW, actor="test")
    assert not is_in(wired, secret)
    assert begin_session(wired.database, START, ann) is None  # let in by the old one, a moment too late


def test_choosing_a_password_ends_all_of_its_person(wired: Wiring, ann: Staff, secret: str) -> None:
    chosen = choose_password(wired.database, START, ann.id, current=PASSWORD, new=NEW)
    assert not is_in(wired, secret)
    assert is_in(wired, begun(wired, chosen))


def test_signing_out_everywhere_ends_those_of_one_person(wired: Wiring, ann: Staff, secret: str) -> None:
    with wired.database.reading() as session:
        bob = known_staff(session, keep_staff(wired, "viewer"))
    theirs = begun(wired, bob)
    sign_out_everywhere(wired.database, START, ann.id)
    assert (is_in(wired, secret), is_in(wired, theirs)) == (False, True)


def test_who_is_removed_is_out(wired: Wiring, ann: Staff, secret: str) -> None:
    remove_staff(wired.database, START, email=ann.email, actor="test")
    assert not is_in(wired, secret)
    assert kept(wired) == []
    assert begin_session(wired.database, START, ann) is None


def test_nobody_has_more_than_a_few_and_the_oldest_goes_first(wired: Wiring, ann: Staff) -> None:
    begun_in_turn = [begun(wired, ann, START + number * MINUTE) for number in range(MOST + 3)]
    now = START + (MOST + 3) * MINUTE
    assert [is_in(wired, secret, now) for secret in begun_in_turn] == [False] * 3 + [True] * MOST
    assert len(kept(wired)) == MOST


def test_what_has_ended_is_forgotten_with_the_next_sign_in(wired: Wiring, ann: Staff, secret: str) -> None:
    begun(wired, ann, START + SESSION_IDLE)
    assert len(kept(wired)) == 1
