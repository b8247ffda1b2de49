"""Stores in pages: in their order, none twice, none left out, whatever leads to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, literal, select, update

from receiver.domain.store_filters import NoStage, StoreCondition, StoreFilters
from receiver.domain.troubles import TroubleId
from receiver.errors import InputError
from receiver.storage import stores
from receiver.storage.stores import page_of_stores
from receiver.storage.tables import Connection, Link, Store, StoreTroubleRow, WebhookEndpoint
from tests.db_factories import keep_account, keep_link, keep_store
from tests.factories import JOINED, SETTLED

COUNT = 7
ALL = [f"st_{n}" for n in range(COUNT)]
NEWEST_FIRST = ALL[::-1]
LATE = SETTLED - timedelta(hours=4)


@pytest.fixture
def connected(container):
    """A container with seven connected stores, created a minute apart, with accounts and webhooks."""
    for n, store_id in enumerate(ALL):
        at = JOINED + timedelta(minutes=n)
        keep_store(container, store_id, name=f"Shop number {n}", created_at=at, joined_at=at)
        keep_link(container, store_id, f"700{n}")
        keep_account(container, f"700{n}", next_poll_at=SETTLED)
        with container.database.writing() as session:
            connection = {"rest_base": "https://x.example/", "keys_encrypted": "", "connected_at": at}
            session.add(Connection(store_id=store_id, next_check_at=SETTLED, failures=0, **connection))
            session.add_all(
                WebhookEndpoint(id=f"hk_{n}{topic}", store_id=store_id, topic=topic) for topic in "ab"
            )
    return container


def change(container, *statements):
    with container.database.writing() as session:
        for statement in statements:
            session.execute(statement)


def read_all_pages(container, limit=2, **filters):
    """Return the ids of all pages, each page within its limit."""
    after, ids = None, []
    with container.database.reading() as session:
        while True:
            page = page_of_stores(session, StoreFilters(**filters), after=after, limit=limit)
            assert len(page.rows) <= limit
            ids += [store.id for store, _ in page.rows]
            after = page.next
            if after is None:
                return ids


def test_pages_follow_each_other_the_newest_first(connected):
    change(connected, update(Store).where(Store.id == "st_3").values(stage="due", country="GB"))
    assert read_all_pages(connected) == NEWEST_FIRST
    assert read_all_pages(connected, stage="due") == read_all_pages(connected, country="GB") == ["st_3"]
    assert (
        read_all_pages(connected, stage=NoStage.UNDECIDED)
        == read_all_pages(connected, country="US")
        == [*ALL[:3:-1], *ALL[2::-1]]
    )
    assert read_all_pages(connected, stage=NoStage.UNDECIDED, country="GB") == []
    assert read_all_pages(
        connected, stage="due", country="GB", text="number", condition=StoreCondition.CONNECTED
    ) == ["st_3"]


TROUBLE = ("store_id", "id", "who", "since")
STALE, FAST, SLOW = (
    select(Store.id, literal(trouble), literal(who), Store.created_at)
    for trouble, who in (
        ("figures_stale", "service"),
        ("clock_ahead", "merchant"),
        ("clock_behind", "merchant"),
    )
)
CONDITIONS = [
    (StoreCondition.IN_TROUBLE, update(Connection).values(trouble="unreachable")),
    (StoreCondition.WEBHOOKS_OFF, update(WebhookEndpoint).values(trouble="disabled")),
    (StoreCondition.CONSENT_LOST, update(Link).values(consent=False)),
    (StoreCondition.FIGURES_STALE, insert(StoreTroubleRow).from_select(TROUBLE, STALE)),
    (StoreCondition.CLOCK_OFF, insert(StoreTroubleRow).from_select(TROUBLE, FAST)),
    (StoreCondition.CLOCK_OFF, insert(StoreTroubleRow).from_select(TROUBLE, SLOW)),
    (StoreCondition.WAITING, update(Store).values(admitted_at=None)),
    (StoreCondition.DISCONNECTED, update(Store).values(disconnected_at=SETTLED)),
]


@pytest.mark.parametrize(("condition", "statement"), CONDITIONS)
def test_each_condition_finds_all_its_stores_once_and_no_other(connected, condition, statement):
    assert read_all_pages(connected, condition=condition) == []
    change(connected, statement)
    assert read_all_pages(connected, condition=condition) == ALL
    assert read_all_pages(connected, condition=condition, text="number 4") == ["st_4"]
    assert read_all_pages(connected, condition=condition, text="7004") == ["st_4"]
    with connected.database.reading() as session:
        conditions = page_of_stores(session, StoreFilters(), after=None, limit=1).rows[0][1]
    assert conditions == {StoreCondition.CONNECTED, condition}


def test_stores_are_found_by_a_trouble_of_theirs(connected):
    with connected.database.writing() as session:
        session.add(StoreTroubleRow(store_id="st_3", id="account_missing", who="merchant", since=SETTLED))
    assert read_all_pages(connected, condition=TroubleId.ACCOUNT_MISSING) == ["st_3"]
    assert read_all_pages(connected, condition=TroubleId.ACCOUNT_UNREACHABLE) == []


def test_connected_are_those_whose_keys_we_hold(connected):
    keep_store(connected, "st_x")
    assert read_all_pages(connected, condition=StoreCondition.CONNECTED) == ALL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("st_5", ["st_5"]),
        ("m_st_5", ["st_5"]),
        ("7005", ["st_5"]),
        ("https://st-5.example", ["st_5"]),
        ("ST-5.example/", ["st_5"]),
        ("NUMBER 5", ["st_5"]),
        ("700", NEWEST_FIRST),
        ("%", []),
    ],
)
def test_a_store_is_found_by_any_of_its_names(connected, text, expected):
    assert read_all_pages(connected, text=text) == expected


def test_what_is_known_in_full_is_found_without_looking_through_the_others(connected, monkeypatch):
    monkeypatch.setattr(stores, "SCANNED_STORES", 2)
    with connected.database.reading() as session:
        page = page_of_stores(session, StoreFilters(text="7001"), after=None, limit=2)
    assert ([store.id for store, _ in page.rows], page.next) == (["st_1"], None)


def test_one_look_goes_through_so_many_only_and_says_where_to_go_on(connected, monkeypatch):
    monkeypatch.setattr(stores, "SCANNED_STORES", 2)
    with connected.database.reading() as session:
        page = page_of_stores(session, StoreFilters(text="number 1"), after=None, limit=2)
    assert (page.rows, page.next is None) == ([], False)
    assert read_all_pages(connected, text="number 1") == ["st_1"]


@pytest.mark.parametrize(
    "after", ["st_1", "soon~st_1", "2025-11-02~st_1", "2025-11-02T00:00:00~st_1", "a~b~c"]
)
def test_a_place_that_no_page_told_is_refused(connected, after):
    with connected.database.reading() as session, pytest.raises(InputError, match="after"):
        page_of_stores(session, StoreFilters(), after=after, limit=2)
