"""Plans of polls follow what becomes of a store in between, and figures at rest are not stale."""

from datetime import UTC, date, datetime, timedelta

import pytest

from receiver.domain.poll_reasons import PollReason
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.polling.poll import poll_due
from receiver.storage import tables
from tests.db_factories import RECORDED, keep_account, keep_link, keep_store
from tests.factories import LAST, OPEN
from tests.fake_tiktok import FakeTikTok, day
from tests.fakes import at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STOPPED = datetime(2025, 11, 25, 12, tzinfo=UTC)
FINAL = datetime(2025, 12, 4, 12, tzinfo=UTC)  # New York's 1 December


@pytest.fixture
def linked(container):
    keep_store(container)
    keep_link(container)
    keep_account(container, spend_read_at=None)
    return container


@pytest.fixture
def tiktok():
    return FakeTikTok(*(day(date(2025, 11, n), "60.00") for n in range(2, 26)))


def poll(container, tiktok, now):
    with container.database.writing() as session:
        session.get_one(tables.Account, "7001").next_poll_at = now
    poll_due(at(container, now, tiktok=tiktok))
    decide_store(container.at(now), "st_1")


def stop(container, value, at):
    with container.database.writing() as session:
        session.add(
            tables.RecordedFact(store_id="st_1", name="conflicting_promotion", value=value, **RECORDED)
        )
    decide_store(container.at(at), "st_1")


def account(container):
    with container.database.reading() as session:
        return session.get_one(tables.Account, "7001")


def test_an_account_at_rest_is_polled_in_time_once_what_stopped_its_store_is_lifted(linked, tiktok):
    stop(linked, True, STOPPED - HOUR)
    poll(linked, tiktok, FINAL - DAY)
    assert (account(linked).poll_reason, account(linked).next_poll_at > FINAL + 4 * DAY) == (
        PollReason.AT_REST,
        True,
    )
    stop(linked, False, FINAL + HOUR)
    assert (account(linked).poll_reason, account(linked).next_poll_at) == (PollReason.SETTLING, FINAL + HOUR)
    poll_due(at(linked, FINAL + HOUR, tiktok=tiktok))
    decision = decide_store(linked.at(FINAL + HOUR), "st_1")
    assert (decision.stage, decision.award.due_by) == ("due", LAST + 7 * DAY)


def test_deciding_again_leaves_a_plan_that_fits_and_a_poll_that_is_under_way(linked, tiktok):
    poll(linked, tiktok, OPEN)
    planned = account(linked).next_poll_at
    decide_store(linked.at(OPEN + HOUR), "st_1")
    assert account(linked).next_poll_at == planned
    with linked.database.writing() as session:
        session.get_one(tables.Account, "7001").next_poll_at = planned + HOUR  # as a poller's lease does
    decide_store(linked.at(planned), "st_1")
    assert account(linked).next_poll_at == planned + HOUR


@pytest.mark.parametrize("waits", [None, FINAL])
def test_what_waits_for_consent_or_for_a_pause_is_not_brought_forward(linked, tiktok, waits):
    stop(linked, True, STOPPED - HOUR)
    poll(linked, tiktok, STOPPED)
    with linked.database.writing() as session:
        row = session.get_one(tables.Account, "7001")
        row.next_poll_at, row.poll_reason = waits, PollReason.APP_LIMIT if waits else PollReason.NO_CONSENT
    stop(linked, False, STOPPED + HOUR)
    assert account(linked).next_poll_at == waits


def test_figures_at_rest_are_stale_only_when_their_weekly_poll_is_missed(linked, tiktok):
    stop(linked, True, STOPPED - HOUR)
    poll(linked, tiktok, STOPPED)
    missed = account(linked).next_poll_at + 2 * DAY
    assert [status_of(linked.at(at), "st_1").stale for at in (STOPPED + 3 * DAY, missed)] == [
        False,
        True,
    ]
    stop(linked, False, STOPPED + 3 * DAY)  # from now on they matter
    assert status_of(linked.at(STOPPED + 3 * DAY), "st_1").stale
