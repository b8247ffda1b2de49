"""The waiting list: a place that becomes free goes to the merchant that has waited longest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from receiver.container import Container
from receiver.documents.programme import SHIPPED
from receiver.documents.status import full_document
from receiver.domain.store_filters import StoreCondition, StoreFilters
from receiver.errors import NotFound
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_for_token, status_of
from receiver.services.programmes.places import fill_all_places, fill_places
from receiver.services.stores.admit import admit_store
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.links import add_link
from receiver.services.stores.listing import list_stores
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import tables
from receiver.storage.cipher import token_hash
from receiver.worker.jobs import every_minute
from tests.db_factories import keep_all, keep_link, keep_store, rows_of
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.signals import add_shop

Line = Callable[..., list[str]]


@pytest.fixture
def line(container: Container) -> Line:
    """Stores of one programme with two places; the first two of those given have them."""

    def make(*merchants: str) -> list[str]:
        for place, merchant in enumerate(merchants):
            admitted = SETTLED if place < 2 else None
            joined = SETTLED - timedelta(days=9 - place)
            keep_store(container, f"st_{place}", merchant=merchant, joined_at=joined, admitted_at=admitted)
        set_capacity(container, 2)
        return [f"st_{place}" for place in range(len(merchants))]

    return make


def set_capacity(container: Container, capacity: int | None) -> None:
    with container.database.writing() as session:
        row = session.get_one(tables.Terms, "woocommerce-2025")
        row.terms = {**row.terms, "capacity": capacity}


def stores_with_place(container: Container) -> list[str]:
    rows = list_stores(container.database, StoreFilters(), 0)
    return sorted(store["id"] for store in rows if store["admitted_at"])


def leave(container: Container, store_id: str) -> None:
    disconnect_store(container, store_id, reason="closed the shop", actor="ann")


def merge(container: Container, store_id: str, merchant: str) -> None:
    fact = {"reason": "one owner", "evidence": "ticket 3", "actor": "ann"}
    record_staff_fact(container, store_id=store_id, name="merchant", value=merchant, **fact)


def test_nobody_gets_in_while_no_place_is_free(container: Container, line: Line):
    line("a", "b", "c")
    assert fill_all_places(container) == []
    assert stores_with_place(container) == ["st_0", "st_1"]


def test_the_place_of_a_store_that_left_goes_to_who_waited_longest(container: Container, line: Line):
    line("a", "b", "c", "d")
    leave(container, "st_0")
    assert stores_with_place(container) == ["st_1", "st_2"]
    with container.database.reading() as session:
        entries = session.scalars(select(tables.AuditEntry).where(tables.AuditEntry.action == "place given"))
        assert [(item.actor, item.subject) for item in entries] == [("service", "st_2")]
    assert decide_store(container, "st_2").outcome("admission") == "pass"


def test_leaving_twice_frees_one_place(container: Container, line: Line):
    line("a", "b", "c", "d")
    for _ in range(2):
        leave(container, "st_0")
    assert stores_with_place(container) == ["st_1", "st_2"]


def test_who_joined_first_comes_first_whatever_the_order_of_rows(container: Container, line: Line):
    line("a", "b", "c", "d")
    with container.database.writing() as session:
        earlier = SETTLED - timedelta(days=30)
        session.execute(update(tables.Store).where(tables.Store.id == "st_3").values(joined_at=earlier))
    assert [
        store["id"]
        for store in list_stores(container.database, StoreFilters(condition=StoreCondition.WAITING), 0)
    ] == ["st_3", "st_2"]
    leave(container, "st_1")
    assert stores_with_place(container) == ["st_0", "st_3"]


def test_merchants_that_became_one_leave_a_place(container: Container, line: Line):
    line("a", "b", "c")
    merge(container, "st_1", "a")
    assert stores_with_place(container) == ["st_0", "st_1", "st_2"]


def test_a_waiting_store_of_a_merchant_that_has_a_place_needs_none(container: Container, line: Line):
    line("a", "b", "c", "d")
    merge(container, "st_3", "a")
    assert stores_with_place(container) == ["st_0", "st_1", "st_3"]


def test_a_merchant_gets_in_with_all_its_stores(container: Container, line: Line):
    line("a", "b", "c", "d", "c")
    leave(container, "st_0")
    assert stores_with_place(container) == ["st_1", "st_2", "st_4"]


def test_a_merchant_that_keeps_another_store_keeps_its_place(container: Container, line: Line):
    line("a", "a", "b", "c")
    fill_places(container, "woocommerce-2025")
    leave(container, "st_0")
    assert stores_with_place(container) == ["st_1", "st_2"]


def test_who_left_does_not_wait(container: Container, line: Line):
    line("a", "b", "c", "d")
    leave(container, "st_2")
    leave(container, "st_0")
    assert stores_with_place(container) == ["st_1", "st_3"]


def test_an_award_keeps_its_place_for_ever(container: Container, line: Line):
    keep_all(container, "st_winner")
    assert decide_store(container.at(SETTLED), "st_winner").stage == "due"
    line("a", "b", "c")
    set_capacity(container, 3)
    leave(container, "st_winner")
    assert stores_with_place(container) == ["st_0", "st_1", "st_winner"]


@pytest.mark.parametrize(("capacity", "inside"), [(3, 3), (1, 2), (None, 4)])
def test_terms_with_another_capacity_take_nobodys_place(container: Container, line: Line, capacity, inside):
    line("a", "b", "c", "d")
    set_capacity(container, capacity)
    (job,) = (job for job in every_minute(container) if job.name == "places")
    job.run(None)
    assert len(stores_with_place(container)) == inside


def test_one_freed_place_is_given_once_however_many_give_it(container: Container, line: Line):
    line("a", "b", "c", "d", "e")
    with container.database.writing() as session:
        values = {"disconnected_at": SETTLED, "admitted_at": None}
        session.execute(update(tables.Store).where(tables.Store.id == "st_0").values(**values))
    start, store_ids = Barrier(4), []

    def fill() -> None:
        start.wait()
        store_ids.extend(fill_places(container, "woocommerce-2025"))

    threads = [Thread(target=fill) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert store_ids == ["st_2"]


def test_a_store_that_left_is_not_read_any_more_and_its_token_opens_nothing(
    container: Container, clock: FrozenClock
):
    keep_store(container)
    link = {"store_id": "st_1", "advertiser_id": "700001", "token": "t", "actor": "ann"}
    add_link(container, **link)
    with container.database.writing() as session:
        session.get_one(tables.Store, "st_1").status_token_hash = token_hash("stt_1")
    status_for_token(container, "stt_1")
    leave(container, "st_1")
    (store,) = rows_of(container, tables.Store)
    assert (store.disconnected_at, store.status_token_hash) == (clock.at, None)
    assert [link.token_encrypted for link in rows_of(container, tables.Link)] == [None]
    with pytest.raises(NotFound):
        status_for_token(container, "stt_1")
    with pytest.raises(NotFound, match="st_nobody"):
        leave(container, "st_nobody")


# -- The place in the line -----------------------------------------------------------------------


def admission(container: Container, store_id: str) -> dict | None:
    return full_document(status_of(container, store_id))["admission"]


def test_a_store_that_waits_sees_its_place_in_the_order_places_are_given(container: Container, line: Line):
    line("a", "b", "c", "d", "e")
    keep_proof(container, "st_4")  # its advertiser has consented: it comes first
    assert admission(container, "st_4")["place"] == 1
    position = admission(container, "st_2")
    assert (position["place"], position["of"]) == (2, 3)
    assert position["text"] == "Place 2 of 3 in the line. Stores that have connected TikTok come first."
    leave(container, "st_1")
    assert "st_4" in stores_with_place(container)
    assert [admission(container, item) for item in ("st_0", "st_4")] == [None, None]
    assert admission(container, "st_2")["of"] == 2


def keep_proof(container: Container, store_id: str) -> None:
    keep_link(container, store_id, advertiser_id="700009")


# -- Reserved places -----------------------------------------------------------------------------


@pytest.fixture
def capped(container: Container, tmp_path: Path) -> str:
    """Terms with one place."""
    text = (SHIPPED / "woocommerce-2025.toml").read_text().replace("\n[window]", "\ncapacity = 1\n[window]")
    file = tmp_path / "capped.toml"
    file.write_text(text.replace('id = "woocommerce-2025"', 'id = "capped"'))
    return str(file)


@pytest.fixture
def two(container: Container, capped: str) -> tuple[str, str]:
    """A store with the one place, reserved, and one that waits."""
    first = add_shop(container, "https://first.example/", programme=capped).id
    return first, add_shop(container, "https://second.example/", programme=capped).id


def consent(container: Container, store_id: str, advertiser_id: str) -> None:
    link = {"advertiser_id": advertiser_id, "token": "t", "actor": "ann"}
    add_link(container, store_id=store_id, **link)


def admission_outcomes(container: Container, *store_ids: str) -> list[str]:
    return [str(decide_store(container, item).outcome("admission")) for item in store_ids]


def test_a_place_is_reserved_for_seven_days_then_goes_to_the_next_in_line(
    container: Container, clock: FrozenClock, two: tuple[str, str]
):
    assert admission_outcomes(container, *two) == ["pass", "pending"]
    clock.move(days=7, seconds=-1)
    assert fill_all_places(container) == []
    clock.move(seconds=1)
    assert admission_outcomes(container, *two) == ["pending", "pending"]  # at once, before anybody gave it on
    assert fill_all_places(container) == [two[1]]
    assert fill_all_places(container) == []
    assert admission_outcomes(container, *two) == ["pending", "pass"]
    assert decide_store(container, two[0]).stage == "not_admitted"
    with container.database.reading() as session:
        query = select(tables.AuditEntry.action, tables.AuditEntry.subject)
        entries = session.execute(query.where(tables.AuditEntry.action.like("place%"))).all()
        assert [tuple(row) for row in entries] == [("place lapsed", two[0]), ("place given", two[1])]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_consent_takes_the_place_for_good(
    container: Container, clock: FrozenClock, two: tuple[str, str], withdrawn
):
    consent(container, two[0], "700001")
    fill_all_places(container)
    if withdrawn:
        with container.database.writing() as session:
            session.execute(update(tables.Link).values(consent=False, token_encrypted=None))
    clock.move(days=30)
    assert fill_all_places(container) == []
    assert admission_outcomes(container, *two) == ["pass", "pending"]


def test_a_lapsed_store_comes_back_by_its_consent_before_those_who_only_wait(
    container: Container, clock: FrozenClock, two: tuple[str, str]
):
    clock.move(days=8)
    fill_all_places(container)
    consent(container, two[0], "700001")
    assert fill_all_places(container) == []  # the other has it reserved
    clock.move(days=8)
    assert fill_all_places(container) == [two[0]]
    assert admission_outcomes(container, *two) == ["pass", "pending"]


def test_who_staff_admit_stays_whatever_it_proves(
    container: Container, clock: FrozenClock, two: tuple[str, str]
):
    for store_id in two:
        admit_store(container, store_id, actor="ann")
    clock.move(days=30)
    assert fill_all_places(container) == []
    assert admission_outcomes(container, *two) == ["pass", "pass"]


def test_a_reserved_place_is_told_with_its_end_until_the_consent_is_there(
    container: Container, two: tuple[str, str]
):
    def reservation_warnings() -> list[str]:
        document = full_document(status_of(container, two[0]))
        return [item["text"] for item in document["warnings"] if item["id"] == "place_reserved"]

    (words,) = reservation_warnings()
    assert "reserved until November 27, 2025" in words
    consent(container, two[0], "700001")
    assert reservation_warnings() == []


def test_leaving_and_coming_back_gives_no_second_reservation(
    container: Container, clock: FrozenClock, two: tuple[str, str]
):
    clock.move(days=8)
    fill_all_places(container)
    leave(container, two[0])
    leave(container, two[1])
    with container.database.writing() as session:
        session.get_one(tables.Store, two[0]).disconnected_at = None
    assert fill_all_places(container) == []


def test_of_a_hundred_shops_on_one_host_three_have_a_place(container: Container, tmp_path: Path, capped: str):
    wide = Path(capped)
    wide.write_text(wide.read_text().replace("capacity = 1", "capacity = 1000"))
    for number in range(6):
        add_shop(container, f"https://shops.example/{number}/", programme=capped)
    add_shop(container, "https://honest.example/", programme=capped)
    fill_all_places(container)
    rows = list_stores(container.database, StoreFilters(), 0)
    inside = [store["url"] for store in rows if store["admitted_at"]]
    assert sorted(inside) == [
        "https://honest.example/",
        *(f"https://shops.example/{number}/" for number in range(3)),
    ]


def test_one_ad_account_takes_one_place_however_many_shops_it_is_consented_for(
    container: Container, clock: FrozenClock, capped: str
):
    wide = Path(capped)
    wide.write_text(wide.read_text().replace("capacity = 1", "capacity = 2"))
    names = ("first", "second", "third")
    three = [add_shop(container, f"https://{name}.example/", programme=capped).id for name in names]
    consent(container, three[0], "700001")
    consent(container, three[1], "700001")
    fill_all_places(container)
    assert admission_outcomes(container, *three) == ["pass", "pass", "pending"]
    clock.move(days=8)
    assert fill_all_places(container) == [three[2]]
    assert admission_outcomes(container, *three) == ["pass", "pending", "pass"]
