"""The waiting list: a place that becomes free goes to the merchant that has waited longest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from receiver.documents.programme import SHIPPED
from receiver.documents.status import full_document
from receiver.errors import NotFound
from receiver.jobs import every_minute
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_for_token, status_of
from receiver.services.facts.record import record
from receiver.services.stores.links import add_link
from receiver.services.stores.places import fill_all_places, fill_places
from receiver.services.stores.registry import admit_store, disconnect_store, list_stores, show_store
from receiver.storage import tables
from receiver.storage.seal import token_hash
from receiver.wiring import Wiring
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.rows import keep_all, keep_store
from tests.signals import add_shop

Line = Callable[..., list[str]]


@pytest.fixture
def line(wired: Wiring) -> Line:
    """Stores of one programme with two places; the first two of those given have them."""

    def make(*merchants: str) -> list[str]:
        for place, merchant in enumerate(merchants):
            admitted = SETTLED if place < 2 else None
            joined = SETTLED - timedelta(days=9 - place)
            keep_store(wired, f"st_{place}", merchant=merchant, joined_at=joined, admitted_at=admitted)
        set_capacity(wired, 2)
        return [f"st_{place}" for place in range(len(merchants))]

    return make


def set_capacity(wired: Wiring, capacity: int | None) -> None:
    with wired.database.writing() as session:
        kept = session.get_one(tables.Terms, "woocommerce-2025")
        kept.terms = {**kept.terms, "capacity": capacity}


def placed(wired: Wiring) -> list[str]:
    return sorted(store.id for store in list_stores(wired.database, 0) if store.admitted_at)


def leave(wired: Wiring, store_id: str) -> None:
    disconnect_store(wired.database, wired.now(), store_id, reason="closed the shop", actor="ann")


def merge(wired: Wiring, store_id: str, merchant: str) -> None:
    told = {"reason": "one owner", "evidence": "ticket 3", "actor": "ann"}
    record(wired.database, wired.now(), store_id=store_id, name="merchant", value=merchant, **told)


def test_nobody_gets_in_while_no_place_is_free(wired: Wiring, line: Line):
    line("a", "b", "c")
    assert fill_all_places(wired.database, wired.now()) == []
    assert placed(wired) == ["st_0", "st_1"]


def test_the_place_of_a_store_that_left_goes_to_who_waited_longest(wired: Wiring, line: Line):
    line("a", "b", "c", "d")
    leave(wired, "st_0")
    assert placed(wired) == ["st_1", "st_2"]
    with wired.database.reading() as session:
        given = session.scalars(select(tables.AuditEntry).where(tables.AuditEntry.action == "place given"))
        assert [(one.actor, one.subject) for one in given] == [("service", "st_2")]
    assert decide_store(wired.database, wired.now(), "st_2").outcome("admission") == "pass"


def test_leaving_twice_frees_one_place(wired: Wiring, line: Line):
    line("a", "b", "c", "d")
    for _ in range(2):
        leave(wired, "st_0")
    assert placed(wired) == ["st_1", "st_2"]


def test_who_joined_first_comes_first_whatever_the_order_of_rows(wired: Wiring, line: Line):
    line("a", "b", "c", "d")
    with wired.database.writing() as session:
        earlier = SETTLED - timedelta(days=30)
        session.execute(update(tables.Store).where(tables.Store.id == "st_3").values(joined_at=earlier))
    assert [store.id for store in list_stores(wired.database, 0, waiting=True)] == ["st_3", "st_2"]
    leave(wired, "st_1")
    assert placed(wired) == ["st_0", "st_3"]


def test_merchants_that_became_one_leave_a_place(wired: Wiring, line: Line):
    line("a", "b", "c")
    merge(wired, "st_1", "a")
    assert placed(wired) == ["st_0", "st_1", "st_2"]


def test_a_waiting_store_of_a_merchant_that_has_a_place_needs_none(wired: Wiring, line: Line):
    line("a", "b", "c", "d")
    merge(wired, "st_3", "a")
    assert placed(wired) == ["st_0", "st_1", "st_3"]


def test_a_merchant_gets_in_with_all_its_stores(wired: Wiring, line: Line):
    line("a", "b", "c", "d", "c")
    leave(wired, "st_0")
    assert placed(wired) == ["st_1", "st_2", "st_4"]


def test_a_merchant_that_keeps_another_store_keeps_its_place(wired: Wiring, line: Line):
    line("a", "a", "b", "c")
    fill_places(wired.database, wired.now(), "woocommerce-2025")
    leave(wired, "st_0")
    assert placed(wired) == ["st_1", "st_2"]


def test_who_left_does_not_wait(wired: Wiring, line: Line):
    line("a", "b", "c", "d")
    leave(wired, "st_2")
    leave(wired, "st_0")
    assert placed(wired) == ["st_1", "st_3"]


def test_an_award_keeps_its_place_for_ever(wired: Wiring, line: Line):
    keep_all(wired, "st_winner")
    assert decide_store(wired.database, SETTLED, "st_winner").stage == "due"
    line("a", "b", "c")
    set_capacity(wired, 3)
    leave(wired, "st_winner")
    assert placed(wired) == ["st_0", "st_1", "st_winner"]


@pytest.mark.parametrize(("capacity", "inside"), [(3, 3), (1, 2), (None, 4)])
def test_terms_with_another_capacity_take_nobodys_place(wired: Wiring, line: Line, capacity, inside):
    line("a", "b", "c", "d")
    set_capacity(wired, capacity)
    (job,) = (job for job in every_minute(wired) if job.name == "places")
    job.run(None)
    assert len(placed(wired)) == inside


def test_one_freed_place_is_given_once_however_many_give_it(wired: Wiring, line: Line):
    line("a", "b", "c", "d", "e")
    with wired.database.writing() as session:
        left = {"disconnected_at": SETTLED, "admitted_at": None}
        session.execute(update(tables.Store).where(tables.Store.id == "st_0").values(**left))
    start, given = Barrier(4), []

    def fill() -> None:
        start.wait()
        given.extend(fill_places(wired.database, wired.now(), "woocommerce-2025"))

    threads = [Thread(target=fill) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert given == ["st_2"]


def test_a_store_that_left_is_not_read_any_more_and_its_token_opens_nothing(
    wired: Wiring, clock: FrozenClock
):
    keep_all(wired)
    told = {"store_id": "st_1", "advertiser_id": "7001", "token": "t", "actor": "ann"}
    add_link(wired.database, wired.seal, wired.now(), **told)
    with wired.database.writing() as session:
        session.get_one(tables.Store, "st_1").status_token_hash = token_hash("stt_1")
    status_for_token(wired.database, wired.now(), "stt_1")
    leave(wired, "st_1")
    store = show_store(wired.database, "st_1")
    assert (store.disconnected_at, store.status_token_hash) == (clock.at, None)
    with wired.database.reading() as session:
        assert [link.token_sealed for link in session.scalars(select(tables.Link))] == [None]
    with pytest.raises(NotFound):
        status_for_token(wired.database, wired.now(), "stt_1")
    with pytest.raises(NotFound, match="st_nobody"):
        leave(wired, "st_nobody")


# -- Reserved places -----------------------------------------------------------------------------


@pytest.fixture
def capped(wired: Wiring, tmp_path: Path) -> str:
    """Terms with one place."""
    text = (SHIPPED / "woocommerce-2025.toml").read_text().replace("\n[window]", "\ncapacity = 1\n[window]")
    file = tmp_path / "capped.toml"
    file.write_text(text.replace('id = "woocommerce-2025"', 'id = "capped"'))
    return str(file)


@pytest.fixture
def two(wired: Wiring, capped: str) -> tuple[str, str]:
    """A store with the one place, reserved, and one that waits."""
    first = add_shop(wired, "https://first.example/", programme=capped).id
    return first, add_shop(wired, "https://second.example/", programme=capped).id


def consent(wired: Wiring, store_id: str, advertiser_id: str) -> None:
    told = {"advertiser_id": advertiser_id, "token": "t", "actor": "ann"}
    add_link(wired.database, wired.seal, wired.now(), store_id=store_id, **told)


def admitted(wired: Wiring, *store_ids: str) -> list[str]:
    return [str(decide_store(wired.database, wired.now(), one).outcome("admission")) for one in store_ids]


def test_a_place_is_reserved_for_seven_days_then_goes_to_the_next_in_line(
    wired: Wiring, clock: FrozenClock, two: tuple[str, str]
):
    assert admitted(wired, *two) == ["pass", "pending"]
    clock.move(days=7, seconds=-1)
    assert fill_all_places(wired.database, wired.now()) == []
    clock.move(seconds=1)
    assert admitted(wired, *two) == ["pending", "pending"]  # at once, before anybody gave it on
    assert fill_all_places(wired.database, wired.now()) == [two[1]]
    assert fill_all_places(wired.database, wired.now()) == []
    assert admitted(wired, *two) == ["pending", "pass"]
    assert decide_store(wired.database, wired.now(), two[0]).stage == "not_admitted"
    with wired.database.reading() as session:
        query = select(tables.AuditEntry.action, tables.AuditEntry.subject)
        moved = session.execute(query.where(tables.AuditEntry.action.like("place%"))).all()
        assert [tuple(row) for row in moved] == [("place lapsed", two[0]), ("place given", two[1])]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_consent_takes_the_place_for_good(
    wired: Wiring, clock: FrozenClock, two: tuple[str, str], withdrawn
):
    consent(wired, two[0], "7001")
    fill_all_places(wired.database, wired.now())
    if withdrawn:
        with wired.database.writing() as session:
            session.execute(update(tables.Link).values(consent=False, token_sealed=None))
    clock.move(days=30)
    assert fill_all_places(wired.database, wired.now()) == []
    assert admitted(wired, *two) == ["pass", "pending"]


def test_a_lapsed_store_comes_back_by_its_consent_before_those_who_only_wait(
    wired: Wiring, clock: FrozenClock, two: tuple[str, str]
):
    clock.move(days=8)
    fill_all_places(wired.database, wired.now())
    consent(wired, two[0], "7001")
    assert fill_all_places(wired.database, wired.now()) == []  # the other has it reserved
    clock.move(days=8)
    assert fill_all_places(wired.database, wired.now()) == [two[0]]
    assert admitted(wired, *two) == ["pass", "pending"]


def test_who_staff_admit_stays_whatever_it_proves(wired: Wiring, clock: FrozenClock, two: tuple[str, str]):
    for store_id in two:
        admit_store(wired.database, wired.now(), store_id, actor="ann")
    clock.move(days=30)
    assert fill_all_places(wired.database, wired.now()) == []
    assert admitted(wired, *two) == ["pass", "pass"]


def test_a_reserved_place_is_told_with_its_end_until_the_consent_is_there(
    wired: Wiring, two: tuple[str, str]
):
    def told() -> list[str]:
        document = full_document(status_of(wired.database, wired.now(), two[0]))
        return [one["text"] for one in document["warnings"] if one["id"] == "place_reserved"]

    (words,) = told()
    assert "reserved until November 27, 2025" in words
    consent(wired, two[0], "7001")
    assert told() == []


def test_leaving_and_coming_back_gives_no_second_reservation(
    wired: Wiring, clock: FrozenClock, two: tuple[str, str]
):
    clock.move(days=8)
    fill_all_places(wired.database, wired.now())
    leave(wired, two[0])
    leave(wired, two[1])
    with wired.database.writing() as session:
        session.get_one(tables.Store, two[0]).disconnected_at = None
    assert fill_all_places(wired.database, wired.now()) == []


def test_of_a_hundred_shops_on_one_host_three_have_a_place(wired: Wiring, tmp_path: Path, capped: str):
    wide = Path(capped)
    wide.write_text(wide.read_text().replace("capacity = 1", "capacity = 1000"))
    for number in range(6):
        add_shop(wired, f"https://shops.example/{number}/", programme=capped)
    add_shop(wired, "https://honest.example/", programme=capped)
    fill_all_places(wired.database, wired.now())
    inside = [store.url for store in list_stores(wired.database, 0) if store.admitted_at]
    assert sorted(inside) == [
        "https://honest.example/",
        *(f"https://shops.example/{number}/" for number in range(3)),
    ]


def test_one_ad_account_takes_one_place_however_many_shops_it_is_consented_for(
    wired: Wiring, clock: FrozenClock, capped: str
):
    wide = Path(capped)
    wide.write_text(wide.read_text().replace("capacity = 1", "capacity = 2"))
    names = ("first", "second", "third")
    three = [add_shop(wired, f"https://{name}.example/", programme=capped).id for name in names]
    consent(wired, three[0], "7001")
    consent(wired, three[1], "7001")
    fill_all_places(wired.database, wired.now())
    assert admitted(wired, *three) == ["pass", "pass", "pending"]
    clock.move(days=8)
    assert fill_all_places(wired.database, wired.now()) == [three[2]]
    assert admitted(wired, *three) == ["pass", "pending", "pass"]
