"""The timeline: one list of everything by time, whole over its pages, honest about what is only counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, update

from receiver.documents.problems import problem_words
from receiver.domain.audit import AuditAction
from receiver.domain.hourly_counts import HourlyKind
from receiver.domain.problems import ProblemCause
from receiver.domain.timeline import TimelineFilters, TimelineKind
from receiver.errors import InputError
from receiver.services.overview.timeline import list_timeline, page_of_timeline
from receiver.storage import audit, hourly_counts, polls, tables, timeline
from tests.db_factories import keep_link, keep_store

HOUR = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def two_stores(container):
    """One thing of each kind of each of two stores, and some of nobody's."""
    for number, (store_id, name) in enumerate((("st_1", "Tin Roof Hot Sauce"), ("st_2", "Night Owl Lamps"))):
        keep_store(container, store_id, name=name)
        keep_link(container, store_id, f"700{number + 1}")
        begin = HOUR + number * 10 * MINUTE
        with container.database.writing() as session:
            session.add(delivery(store_id, begin + MINUTE, identity=store_id))
            session.add(decision(store_id, begin + 2 * MINUTE, "awaiting_spend"))
            session.flush()
            session.add(decision(store_id, begin + 3 * MINUTE, "awaiting_spend"))  # other figures, same stage
            session.flush()
            session.add(decision(store_id, begin + 4 * MINUTE, "accumulating"))
            polls.note_poll(session, f"700{number + 1}", begin + 5 * MINUTE, "no answer" if number else None)
            act = {"reason": "They called."}
            audit.record(
                session, begin + 6 * MINUTE, "ann@staff.example", AuditAction.STORES_ADMIT, store_id, act
            )
    with container.database.writing() as session:
        hourly_counts.add(
            session,
            HOUR,
            {
                (HourlyKind.PROCESSED, ""): 2,
                (HourlyKind.REFUSED, "signature"): 30,
                (HourlyKind.REFUSED, "size"): 1,
                (HourlyKind.TIKTOK_CALL, "0"): 5,
                (HourlyKind.TIKTOK_CALL, "40100"): 1,
            },
        )
        audit.record(session, HOUR + 30 * MINUTE, "ann@staff.example", AuditAction.SECRETS_ROTATE, "all", {})
    return container


def delivery(store_id, at, **changes):
    valid = {
        "source": "woocommerce",
        "headers": [],
        "body_sha256": "0" * 64,
        "state": "dead",
        "topic": "t",
        "error": "v: must be 1",
    }
    return tables.Delivery(store_id=store_id, received_at=at, **{**valid, **changes})


def decision(store_id, at, stage):
    return tables.DecisionRow(
        store_id=store_id,
        decided_at=at,
        stage=stage,
        verdict="on_track",
        digest=f"{at}",
        facts={},
        programme={},
        answer=None,
    )


def entries(container, **filters):
    return list_timeline(container.database, TimelineFilters(**filters), 0)


def lines_of(rows):
    return [(entry.kind, (entry.at - HOUR) // MINUTE, entry.text) for entry in rows]


FIRST_STORES = [
    ("act", 6, "ann@staff.example admitted store Tin Roof Hot Sauce: They called."),
    ("poll", 5, "Read the figures of ad account 7001"),
    ("decision", 4, "Stage accumulating, was awaiting spend"),
    ("decision", 2, "Stage awaiting spend, decided for the first time"),
    ("delivery", 1, "Received from WooCommerce, topic t: v: must be 1"),
]


def test_everything_stands_in_one_list_the_newest_first(two_stores):
    assert lines_of(entries(two_stores)) == [
        ("act", 30, "ann@staff.example encrypted the stored secrets anew"),
        ("act", 16, "ann@staff.example admitted store Night Owl Lamps: They called."),
        ("poll", 15, "Polled ad account 7002: no answer"),
        ("decision", 14, "Stage accumulating, was awaiting spend"),
        ("decision", 12, "Stage awaiting spend, decided for the first time"),
        ("delivery", 11, "Received from WooCommerce, topic t: v: must be 1"),
        *FIRST_STORES,
        (
            "hour",
            0,
            "In this hour: 2 deliveries processed; 31 calls to our webhooks refused (signature 30, size 1); "
            "6 calls to TikTok (answered 5, code 40100 1)",
        ),
    ]


@pytest.mark.parametrize("text", ["st_1", "roof hot", "ST-1.example", "7001"])
def test_a_store_is_found_by_part_of_what_it_is_called(two_stores, text):
    rows = entries(two_stores, store=text)
    assert lines_of(rows) == FIRST_STORES
    assert {entry.store_name for entry in rows} == {"Tin Roof Hot Sauce"}


def test_a_store_that_there_is_not_is_an_error_and_no_empty_list(two_stores):
    with pytest.raises(InputError, match="no store matches"):
        entries(two_stores, store="Copper Kettle")


def test_several_stores_may_be_meant(two_stores):
    assert len(entries(two_stores, store=".example")) == 2 * len(FIRST_STORES)


def test_an_hour_of_yesterday_shows_that_hour_alone(two_stores):
    rows = entries(two_stores, since=HOUR + 5 * MINUTE, until=HOUR + 12 * MINUTE)
    assert [minute for _, minute, _ in lines_of(rows)] == [11, 6, 5]
    assert entries(two_stores, since=HOUR + timedelta(hours=1), until=HOUR + timedelta(hours=2)) == []


@pytest.mark.parametrize("kind", TimelineKind)
def test_one_kind_alone(two_stores, kind):
    rows = entries(two_stores, kind=kind)
    assert rows
    assert {entry.kind for entry in rows} == {kind}


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("store", [None, "st_1", ".example"])
def test_pages_hold_each_entry_once_and_none_is_lost(two_stores, size, store):
    filters = TimelineFilters(store=store)
    whole, rows, after = entries(two_stores, store=store), [], None
    for _ in range(100):
        page = page_of_timeline(two_stores.database, filters, after=after, limit=size)
        assert len(page.rows) <= size
        rows += page.rows
        after = page.next
        if after is None:
            break
    assert rows == whole


@pytest.mark.parametrize("size", [1, 2, 4])
def test_what_happens_in_one_moment_is_told_once_over_pages(container, size):
    keep_store(container)
    with container.database.writing() as session:
        for number in range(3):
            session.add(delivery("st_1", HOUR, identity=f"{number}"))
            session.add(decision("st_1", HOUR, f"stage {number}"))
            session.flush()
            polls.note_poll(session, "7001", HOUR, None)
            audit.record(session, HOUR, "ann", AuditAction.STORES_ADMIT, "st_1", {})
        hourly_counts.add(session, HOUR, {(HourlyKind.DEAD, ""): 1})
    rows, after = [], None
    for _ in range(100):
        page = page_of_timeline(container.database, TimelineFilters(), after=after, limit=size)
        rows += [(entry.kind, entry.id) for entry in page.rows]
        after = page.next
        if after is None:
            break
    assert rows == [
        *((kind, number) for kind in ("delivery", "decision", "poll", "act") for number in (3, 2, 1)),
        ("hour", None),
    ]


def test_a_page_ends_where_a_scan_ended_so_that_nothing_comes_out_of_order(container, monkeypatch):
    """Decisions that change no stage fill the scan: what lies behind them is not known on the first page."""
    monkeypatch.setattr(timeline, "SCANNED_ROWS", 3)
    keep_store(container)
    with container.database.writing() as session:
        for minute in range(8):
            session.add(decision("st_1", HOUR + minute * MINUTE, "held"))
            session.flush()
        session.add(delivery("st_1", HOUR + timedelta(seconds=90), identity="a"))
    rows, after, pages = [], None, 0
    for _ in range(100):
        page = page_of_timeline(container.database, TimelineFilters(), after=after, limit=5)
        rows += lines_of(page.rows)
        after, pages = page.next, pages + 1
        if after is None:
            break
    assert [(kind, minute) for kind, minute, _ in rows] == [("delivery", 1), ("decision", 0)]
    assert pages > 1


def test_deliveries_whose_numbers_are_out_of_the_order_of_their_times_are_not_lost(container):
    """Two processes that commit at once may number the later one first."""
    keep_store(container)
    with container.database.writing() as session:
        for number, second in enumerate((3, 1, 2, 5, 4)):
            session.add(delivery("st_1", HOUR + timedelta(seconds=second), identity=f"{number}"))
            session.flush()
    rows, after = [], None
    for _ in range(10):
        filters = TimelineFilters(store="st_1", until=HOUR + timedelta(seconds=5))
        page = page_of_timeline(container.database, filters, after=after, limit=1)
        rows += [entry.at.second for entry in page.rows]
        after = page.next
        if after is None:
            break
    assert rows == [4, 3, 2, 1]


def test_polls_are_told_of_a_store_only_where_the_advertiser_consented(container):
    keep_store(container)
    keep_link(container, "st_1", "7001", consent=None, proven_at=None)
    with container.database.writing() as session:
        polls.note_poll(session, "7001", HOUR, None)
    assert entries(container, store="st_1") == []
    (poll,) = entries(container)
    assert poll.store_id is None


@pytest.mark.parametrize("database_kind", ["sqlite"])  # no matter of what keeps the rows
@pytest.mark.parametrize(
    "filters",
    [
        {"kind": TimelineKind.HOUR, "store": "st_1"},
        {"store": "x" * 201},
        {"store": "\0"},
        {"since": HOUR, "until": HOUR},
        {"since": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))},  # earlier than the calendar
    ],
)
def test_filters_that_mean_nothing_are_refused(two_stores, filters):
    with pytest.raises(InputError):
        entries(two_stores, **filters)


@pytest.mark.parametrize("database_kind", ["sqlite"])  # no matter of what keeps the rows
@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "2025-12-04T10:00:00.000000Z~delivery",
        "2025-12-04T10:00:00.000000Z~gossip~1",
        "2025-12-04T10:00:00.000000Z~delivery~-1",
        "2025-12-04T10:00:00.000000Z~delivery~9223372036854775808",
        "9999-12-31T23:59:59.999999Z~delivery~1",
        "2025-12-04~delivery~1",
        "2025-12-04T10:00:00.000000Z~delivery~１",
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(two_stores, cursor):
    with pytest.raises(InputError, match="after"):
        page_of_timeline(two_stores.database, TimelineFilters(), after=cursor, limit=5)


def test_what_was_erased_or_purged_in_between_is_left_out(two_stores):
    with two_stores.database.writing() as session:
        session.execute(update(tables.Delivery).values(store_id=None))
    assert [entry.store_id for entry in entries(two_stores, kind=TimelineKind.DELIVERY)] == [None, None]


def test_many_rows_are_asked_for_as_often_as_few(two_stores):
    statements = []
    event.listen(
        two_stores.database.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2]),
    )

    def count_statements():
        statements.clear()
        page_of_timeline(two_stores.database, TimelineFilters(), after=None, limit=50)
        return len(statements)

    few = count_statements()
    with two_stores.database.writing() as session:
        for number in range(200):
            session.add(delivery("st_1", HOUR + MINUTE, identity=f"{number}"))
    assert count_statements() <= few


def test_a_dead_delivery_says_why_as_the_page_of_problems_does(container):
    keep_store(container)
    with container.database.writing() as session:
        session.add(delivery("st_1", HOUR, identity="a", reason="elsewhere", error="held: of X"))
    (entry,) = entries(container, kind=TimelineKind.DELIVERY)
    assert entry.text == f"Received from WooCommerce, topic t: {problem_words(ProblemCause.ELSEWHERE).what}"
