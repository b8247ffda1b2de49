"""Signing in: strangers wait longer and longer and learn nothing, and shut nobody out for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib.util import find_spec, module_from_spec
from threading import BoundedSemaphore

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import get_default_parameters
from sqlalchemy import select

from receiver.container import Container
from receiver.domain.sign_in import ACCOUNT, ADDRESS
from receiver.errors import Busy
from receiver.services.staff import passwords
from receiver.services.staff.members import set_password
from receiver.services.staff.sign_in import Entry, Visitor, sign_in
from receiver.storage.tables import AuditEntry, SignInTries
from tests.fakes import FrozenClock
from tests.staff import PASSWORD, Console, keep_staff

HERE, THERE = Visitor("198.51.100.7"), Visitor("203.0.113.9")
ANN, NOBODY = "operator@staff.example", "nobody@staff.example"
NONE = timedelta(0)


@pytest.fixture(autouse=True)
def ann(container: Container) -> str:
    """On the staff."""
    return keep_staff(container)


def enter(
    container: Container, password: str = "wrong", *, email: str = ANN, visitor: Visitor = HERE
) -> Entry:
    return sign_in(container, email=email, password=password, visitor=visitor)


def use_up(container: Container, email: str = ANN) -> None:
    """Use up the free tries of an account, and the first after them."""
    for _ in range(ACCOUNT.free + 1):
        enter(container, email=email)


def test_tries_beyond_the_free_ones_wait_twice_as_long_each_time(
    container: Container, clock: FrozenClock
) -> None:
    use_up(container)
    for seconds in (1, 2, 4):
        assert enter(container).wait == timedelta(seconds=seconds)
        clock.move(seconds=seconds)
        assert enter(container) == Entry(None)  # looked at again, and wrong


def test_who_waits_is_not_let_in_by_the_right_password_either(
    container: Container, clock: FrozenClock
) -> None:
    use_up(container)
    assert enter(container, PASSWORD) == Entry(None, timedelta(seconds=1))
    clock.move(seconds=1)
    assert enter(container, PASSWORD).person is not None


@pytest.mark.parametrize("email", [NOBODY, "x" * 500, "a\0b"])
def test_an_address_nobody_has_gets_the_answers_of_one_somebody_has(container: Container, email: str) -> None:
    theirs = [enter(container, visitor=HERE) for _ in range(ACCOUNT.free + 2)]
    assert [enter(container, email=email, visitor=THERE) for _ in range(ACCOUNT.free + 2)] == theirs


def test_an_address_nobody_has_costs_a_look_at_a_hash_too(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hashed: str | bytes, password: str | bytes) -> bool:
            hashes.append(str(hashed))
            return super().verify(hashed, password)

    monkeypatch.setattr(passwords, "HASHER", Watched())
    enter(container, email=NOBODY)
    assert hashes == [passwords._nobodys_hash()]


def test_a_password_costs_an_attacker_what_argon2_holds_right_today() -> None:
    spec = find_spec(passwords.__name__)
    assert spec is not None
    assert spec.loader is not None
    unchanged = module_from_spec(spec)  # as a process has it that no test made quick
    spec.loader.exec_module(unchanged)
    cost = extract_parameters(unchanged.hash_password(PASSWORD))
    assert cost == get_default_parameters()
    assert cost.memory_cost >= 64 * 1024  # KiB; this and the passes are the second choice of RFC 9106
    assert cost.time_cost >= 3


def test_one_address_cannot_try_one_account_after_the_other(container: Container) -> None:
    for number in range(ADDRESS.free + 1):
        assert enter(container, email=f"{number}@staff.example").wait == NONE
    assert enter(container, email="next@staff.example").wait == timedelta(seconds=1)
    assert enter(container, PASSWORD, visitor=THERE).person is not None
    with container.database.reading() as session:
        subjects = session.scalars(select(SignInTries.subject)).all()
    assert len(subjects) == ADDRESS.free + 4  # who waited for the address is not counted as an account


def test_addresses_of_one_network_of_version_6_are_one(container: Container) -> None:
    for number in range(ADDRESS.free + 1):
        enter(container, email=f"{number}@staff.example", visitor=Visitor(f"2001:db8::{number}"))
    assert enter(container, visitor=Visitor("2001:db8::ffff")).wait == timedelta(seconds=1)
    assert enter(container, visitor=Visitor("2001:db8:0:1::1")).wait == NONE


def test_names_without_end_do_not_fill_the_disk(
    container: Container, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receiver.storage.login_attempts.IN_ALL", 6)
    for number in range(20):
        clock.move(seconds=60)
        enter(container, email=f"nobody{number}@staff.example", visitor=Visitor(f"203.0.113.{number}", None))
    with container.database.reading() as session:
        assert len(session.scalars(select(SignInTries)).all()) <= 6


def test_networks_without_end_that_try_a_name_which_has_to_wait_do_not_fill_the_disk(
    container: Container, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receiver.storage.login_attempts.IN_ALL", 6)
    use_up(container)
    for number in range(20):
        clock.move(seconds=0.01)
        assert enter(container, visitor=Visitor(f"2001:db8:0:{number}::1")).wait > NONE
    with container.database.reading() as session:
        assert len(session.scalars(select(SignInTries)).all()) <= 6


def test_a_browser_somebody_signed_in_with_is_not_shut_out_by_strangers(container: Container) -> None:
    use_up(container)
    assert enter(container, PASSWORD, visitor=Visitor(HERE.address, browser="b1")).person is not None
    for _ in range(ACCOUNT.free + 1):
        enter(container, visitor=Visitor(HERE.address, browser="b2"))
    assert enter(container, visitor=Visitor(HERE.address, browser="b2")).wait == timedelta(seconds=1)


def test_signing_in_is_no_mistake_and_costs_no_patience(container: Container) -> None:
    for _ in range(ACCOUNT.free + 3):
        assert enter(container, PASSWORD).person is not None


def test_a_day_later_nothing_is_held_against_anybody(container: Container, clock: FrozenClock) -> None:
    use_up(container)
    clock.move(days=1)
    assert [enter(container).wait for _ in range(ACCOUNT.free)] == [NONE] * ACCOUNT.free


def test_a_new_password_ends_the_wait(container: Container) -> None:
    use_up(container)
    new = "another-horse-battery"
    set_password(container, email=ANN, password=new, actor="test")
    assert enter(container, new, visitor=THERE).person is not None


def test_many_at_once_are_no_more_tries_than_one_after_the_other(container: Container) -> None:
    with ThreadPoolExecutor(8) as pool:
        entries = list(pool.map(lambda _: enter(container), range(ACCOUNT.free + 7)))
    assert [entry.wait for entry in entries].count(NONE) == ACCOUNT.free + 1


def test_tries_are_audited_without_what_was_typed(container: Container) -> None:
    enter(container, "my-secret-guess")
    enter(container, PASSWORD, email=PASSWORD)  # typed into the wrong field
    enter(container, PASSWORD)
    with container.database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[1:]
        subjects = session.scalars(select(SignInTries.subject)).all()
    records = [(entry.actor, entry.action, entry.subject, entry.detail) for entry in entries]
    where = {"address": HERE.address}
    assert records == [
        ("stranger", "staff sign-in refused", ANN, where),
        (ANN, "staff sign-in", ANN, where),
    ]
    assert PASSWORD not in str(subjects)


def test_who_finds_no_turn_is_told_soon_and_has_not_tried(
    container: Container, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "AT_ONCE", BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    with passwords.AT_ONCE:
        for _ in range(2 * ACCOUNT.free):
            with pytest.raises(Busy):
                enter(container, PASSWORD)
    assert enter(container, PASSWORD).person is not None


def test_a_page_that_finds_no_turn_says_when_to_come_again(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(container, None)
    monkeypatch.setattr(passwords, "AT_ONCE", BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    with passwords.AT_ONCE:
        answer = console.sign_in(ANN)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert console.sign_in(ANN).status_code == 302


def test_a_whole_64_waits_together_and_its_neighbour_does_not(container: Container) -> None:
    for number in range(ADDRESS.free + 1):
        enter(container, email=f"x{number}@staff.example", visitor=Visitor(f"2001:db8:1:2::{number:x}"))
    assert enter(container, email="y@staff.example", visitor=Visitor("2001:db8:1:2:ffff::1")).wait > NONE
    assert enter(container, email="z@staff.example", visitor=Visitor("2001:db8:1:3::1")).wait == NONE
