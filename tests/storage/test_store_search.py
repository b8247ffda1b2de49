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
def kept(container):
    """Seven connected stores, each created a minute after the other, with an account and two webhooks."""
    for n, store_id in enumerate(ALL):
        at = JOINED + timedelta(minutes=n)
        keep_store(container, store_id, name=f"Shop number {n}", created_at=at, joined_at=at)
        keep_link(container, store_id, f"700{n}")
        keep_account(container, f"700{n}", next_poll_at=SETTLED)
        with container.database.writing() as session:
            said = {"rest_base": "https://x.example/", "keys_encrypted": "", "connected_at": at}
            session.add(Connection(store_id=store_id, next_check_at=SETTLED, failures=0, **said))
            session.add_all(
                WebhookEndpoint(id=f"hk_{n}{topic}", store_id=store_id, topic=topic) for topic in "ab"
            )
    return container


def change(container, *statements):
    with container.database.writing() as session:
        for statement in statements:
            session.execute(statement)


def pages(container, limit=2, **filters):
    """The ids of all pages, each page within its limit."""
    after, found = None, []
    with container.database.reading() as session:
        while True:
            page = page_of_stores(session, StoreFilters(**filters), after=after, limit=limit)
            assert len(page.rows) <= limit
            found += [store.id for store, _ in page.rows]
            after = page.next
            if after is None:
                return found


def test_pages_follow_each_other_the_newest_first(kept):
    change(kept, update(Store).where(Store.id == "st_3").values(stage="due", country="GB"))
    assert pages(kept) == NEWEST_FIRST
    assert pages(kept, stage="due") == pages(kept, country="GB") == ["st_3"]
    assert pages(kept, stage=NoStage.UNDECIDED) == pages(kept, country="US") == [*ALL[:3:-1], *ALL[2::-1]]
    assert pages(kept, stage=NoStage.UNDECIDED, country="GB") == []
    assert pages(kept, stage="due", country="GB", text="number", condition=StoreCondition.CONNECTED) == [
        "st_3"
    ]


TROUBLE = ("store_id", "id", "who", "since")
STALE, FAST, SLOW = (
    select(Store.id, literal(trouble), literal(who), Store.created_at)
    for trouble, who in (
        ("figures_stale", "service"),
        ("clock_ahead", "merchant"),
        ("clock_behind", "merchant"),
    )
)
SO = [
    (StoreCondition.IN_TROUBLE, update(Connection).values(trouble="unreachable")),
    (StoreCondition.WEBHOOKS_OFF, update(WebhookEndpoint).values(trouble="disabled")),
    (StoreCondition.CONSENT_LOST, update(Link).values(consent=False)),
    (StoreCondition.FIGURES_STALE, insert(StoreTroubleRow).from_select(TROUBLE, STALE)),
    (StoreCondition.CLOCK_OFF, insert(StoreTroubleRow).from_select(TROUBLE, FAST)),
    (StoreCondition.CLOCK_OFF, insert(StoreTroubleRow).from_select(TROUBLE, SLOW)),
    (StoreCondition.WAITING, update(Store).values(admitted_at=None)),
    (StoreCondition.DISCONNECTED, update(Store).values(disconnected_at=SETTLED)),
]


@pytest.mark.parametrize(("condition", "made"), SO)
def test_each_condition_finds_all_its_stores_once_and_no_other(kept, condition, made):
    assert pages(kept, condition=condition) == []
    change(kept, made)
    assert pages(kept, condition=condition) == ALL
    assert pages(kept, condition=condition, text="number 4") == ["st_4"]
    assert pages(kept, condition=condition, text="7004") == ["st_4"]
    with kept.database.reading() as session:
        told = page_of_stores(session, StoreFilters(), after=None, limit=1).rows[0][1]
    assert told == {StoreCondition.CONNECTED, condition}


def test_stores_are_found_by_a_trouble_of_theirs(kept):
    with kept.database.writing() as session:
        session.add(StoreTroubleRow(store_id="st_3", id="account_missing", who="merchant", since=SETTLED))
    assert pages(kept, condition=TroubleId.ACCOUNT_MISSING) == ["st_3"]
    assert pages(kept, condition=TroubleId.ACCOUNT_UNREACHABLE) == []


def test_connected_are_those_whose_keys_we_hold(kept):
    keep_store(kept, "st_x")
    assert pages(kept, condition=StoreCondition.CONNECTED) == ALL


@pytest.mark.parametrize(
    ("text", "found"),
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
def test_a_store_is_found_by_any_of_its_names(kept, text, found):
    assert pages(kept, text=text) == found


def test_what_is_known_in_full_is_found_without_looking_through_the_others(kept, monkeypatch):
    monkeypatch.setattr(stores, "SCANNED_STORES", 2)
    with kept.database.reading() as session:
        page = page_of_stores(session, StoreFilters(text="7001"), after=None, limit=2)
    assert ([store.id for store, _ in page.rows], page.next) == (["st_1"], None)


def test_one_look_goes_through_so_many_only_and_says_where_to_go_on(kept, monkeypatch):
    monkeypatch.setattr(stores, "SCANNED_STORES", 2)
    with kept.database.reading() as session:
        page = page_of_stores(session, StoreFilters(text="number 1"), after=None, limit=2)
    assert (page.rows, page.next is None) == ([], False)
    assert pages(kept, text="number 1") == ["st_1"]


@pytest.mark.parametrize(
    "after", ["st_1", "soon~st_1", "2025-11-02~st_1", "2025-11-02T00:00:00~st_1", "a~b~c"]
)
def test_a_place_that_no_page_told_is_refused(kept, after):
    with kept.database.reading() as session, pytest.raises(InputError, match="after"):
        page_of_stores(session, StoreFilters(), after=after, limit=2)
