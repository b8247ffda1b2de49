"""The Overview reads its figures from the tables: sums, signs, the last hours, totals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from receiver.domain.health import Health, SignId
from receiver.domain.hourly_counts import HOUR, HourlyKind, hour_of
from receiver.services.alerts.work_queue import list_todo_items
from receiver.services.overview.summary import HOURS, overview_document, read_overview
from receiver.services.programmes.statistics import count_programmes
from receiver.storage import heartbeats, hourly_counts, polls, vitals
from receiver.storage.tables import Award
from tests.award_fixtures import NOW, AwardActions
from tests.db_factories import keep_account, keep_store
from tests.signals import add_shop, keep


@pytest.fixture
def at_work(container, clock):
    clock.at = NOW
    return container


def overview(container):
    return read_overview(container)


def sign_of(container, sign_id):
    return next(sign for sign in overview(container).signs if sign.id is sign_id)


def count_hour(container, hour, **counts):
    with container.database.writing() as session:
        hourly_counts.add(session, hour, {(HourlyKind(kind), ""): count for kind, count in counts.items()})


def test_awards_that_need_a_person_are_summed_by_currency(at_work):
    AwardActions(at_work, 3)
    with at_work.database.writing() as session:
        session.execute(update(Award).values(due_by=date(2025, 12, 1)))
        session.execute(
            update(Award).where(Award.id == "aw_2").values(currency="GBP", credit=Decimal("395.50"))
        )
    (overdue,) = (item for item in list_todo_items(at_work.at(NOW)) if item.id == "awards_overdue")
    assert overdue.count == 3
    assert overdue.sums == [("GBP", Decimal("395.50")), ("USD", Decimal("1000.00"))]


def test_of_an_empty_database_five_signs_are_told_and_no_hour_is_zero(at_work):
    empty = overview(at_work)
    assert len(empty.signs) == 5
    assert len(empty.flow) == HOURS
    assert {hour.processed for hour in empty.flow} == {None}
    assert empty.totals is None
    assert overview_document(empty)["stages"] is None


def test_deliveries_of_the_last_hour_are_counted_up_to_a_limit(at_work, clock, monkeypatch):
    store = add_shop(at_work)
    keep(at_work, store.id, b"old")
    clock.move(hours=1)
    keep(at_work, store.id, b"a", b"b", b"c")
    sign = sign_of(at_work, SignId.DELIVERIES)
    assert (sign.count, sign.more, sign.at, sign.health) == (3, False, clock(), Health.GOOD)
    monkeypatch.setattr(vitals, "MOST", 2)
    sign = sign_of(at_work, SignId.DELIVERIES)
    assert (sign.count, sign.more) == (2, True)


def test_what_waits_is_told_with_the_moment_since_when(at_work, clock):
    began = clock()
    keep(at_work, add_shop(at_work).id, b"a", b"b")
    clock.move(minutes=3)
    sign = sign_of(at_work, SignId.WAITING)
    assert (sign.count, sign.at, sign.health) == (2, began, Health.BAD)


def test_the_worker_is_unknown_until_it_was_seen(at_work, clock):
    assert sign_of(at_work, SignId.WORKER).health is Health.UNKNOWN
    with at_work.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, clock())
    assert sign_of(at_work, SignId.WORKER).health is Health.GOOD
    clock.move(minutes=1)
    sign = sign_of(at_work, SignId.WORKER)
    assert (sign.health, sign.at) == (Health.BAD, clock() - timedelta(minutes=1))


def test_accounts_that_are_overdue_are_told_from_all(at_work, clock):
    due = clock() - timedelta(minutes=61)
    for number, at in enumerate((due, clock() - timedelta(minutes=59), clock() + HOUR, None)):
        keep_account(at_work, str(7001 + number), next_poll_at=at)
    with at_work.database.writing() as session:
        polls.note_poll(session, "7001", clock(), None)
    sign = sign_of(at_work, SignId.FIGURES)
    assert (sign.count, sign.total, sign.at, sign.health) == (2, 3, due, Health.BAD)


def test_hours_are_shown_from_when_counting_began(at_work, clock):
    this = hour_of(clock())
    count_hour(at_work, this - 2 * HOUR, processed=5, dead=1)
    count_hour(at_work, this, refused=2)
    flow = overview(at_work).flow
    assert [hour.hour for hour in flow] == [this - (HOURS - 1 - number) * HOUR for number in range(HOURS)]
    figures = [(hour.processed, hour.dead, hour.refused) for hour in flow]
    assert figures[-4:] == [(None,) * 3, (5, 1, 0), (0, 0, 0), (0, 0, 2)]
    clock.move(hours=30)
    assert {hour.processed for hour in overview(at_work).flow} == {0}


def test_totals_are_what_the_worker_last_counted_of_all_programmes(at_work):
    AwardActions(at_work, 2)
    keep_store(at_work, "st_9", stage="not_admitted")
    count_programmes(at_work.at(NOW))
    document = overview_document(overview(at_work))
    assert document["counted_at"] == NOW
    assert document["stages"]["not_admitted"] == 1
    assert document["awards"] == {"due": {"USD": {"awards": 2, "amount": "1000.00"}}}
