"""What is too much to count anew is counted by the hour, with what is counted or not at all."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from receiver.container import Container
from receiver.domain.deliveries import DeliveryFilters, DeliveryState
from receiver.domain.hourly_counts import HOUR, HourlyKind
from receiver.domain.rejections import RejectionReason
from receiver.errors import Advice, ProviderError
from receiver.services.deliveries import process
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.purge import purge
from receiver.services.deliveries.replay import replay_next
from receiver.services.deliveries.replay import start as start_replay
from receiver.services.inbox.rejection_log import RejectionLog
from receiver.services.polling.poll import poll_account
from receiver.storage import hourly_counts, tables
from receiver.storage.hourly_counts import Counts
from tests.db_factories import keep_all, rows_of
from tests.factories import OPEN
from tests.fake_tiktok import FakeTikTok
from tests.fakes import FrozenClock, at
from tests.signals import add_shop, keep, keep_one, signal

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


def read_counts(container: Container) -> Counts:
    with container.database.reading() as session:
        return hourly_counts.read(session, *ALWAYS)


def totals(container: Container) -> Counter[str]:
    sums: Counter[str] = Counter()
    for hour in read_counts(container).values():
        for (kind, _), count in hour.items():
            sums[kind] += count
    return sums


def test_counts_of_an_hour_add_up_and_hours_are_told_apart(container: Container):
    noon = datetime(2025, 12, 5, 12, 0, tzinfo=UTC)
    for moment in (noon, noon + timedelta(minutes=59, seconds=59), noon + HOUR):
        with container.database.writing() as session:
            hourly_counts.add(session, moment, {(HourlyKind.DEAD, ""): 2, (HourlyKind.REFUSED, "size"): 1})
    both = {(HourlyKind.DEAD, ""): 2, (HourlyKind.REFUSED, "size"): 1}
    assert read_counts(container) == {
        noon: {key: 2 * count for key, count in both.items()},
        noon + HOUR: both,
    }
    with container.database.reading() as session:
        assert hourly_counts.read(session, noon + HOUR, noon + 2 * HOUR) == {noon + HOUR: both}
        assert hourly_counts.first_hour(session) == noon


def test_nothing_counted_yet_is_told_apart_from_zero(container: Container):
    with container.database.reading() as session:
        assert hourly_counts.first_hour(session) is None


def test_each_delivery_that_ends_is_counted_once_and_a_try_that_fails_is_not(
    container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch
):
    keep_one(container, store_id, signal(1))
    keep_one(container, store_id, signal(2), topic="order.created")  # ignored
    keep(container, store_id, b"no signal")  # dead
    process_next(container)
    assert totals(container) == {HourlyKind.PROCESSED: 2, HourlyKind.DEAD: 1}
    monkeypatch.setattr(process, "apply_deliveries", lambda *_: 1 / 0 and [])
    keep_one(container, store_id, signal(3))
    monkeypatch.setattr(process, "NEVER_READABLE", ())
    process_next(container)
    assert totals(container) == {HourlyKind.PROCESSED: 2, HourlyKind.DEAD: 1}


def test_what_rolls_back_is_not_counted(container: Container, store_id: str, monkeypatch: pytest.MonkeyPatch):
    keep_one(container, store_id, signal(1))

    def fail(*_: object) -> None:
        raise RuntimeError("the commit")

    before = process.count_results

    def count_then_fail(*arguments: object) -> None:
        before(*arguments)  # type: ignore[arg-type]
        fail()

    monkeypatch.setattr(process, "count_results", count_then_fail)
    with pytest.raises(RuntimeError):
        process_next(container)
    assert read_counts(container) == {}


def test_a_replay_counts_its_tries(container: Container, store_id: str, clock: FrozenClock):
    keep(container, store_id, b"no signal")
    process_next(container)
    clock.move(hours=1)
    start_replay(
        container,
        DeliveryFilters(state=DeliveryState.DEAD),
        actor="ann",
        reason="again",
    )
    replay_next(container)
    assert [list(hour.values()) for hour in read_counts(container).values()] == [[1], [1]]


def test_refused_calls_are_counted_by_reason_and_pings_are_none(container: Container):
    log, now = RejectionLog(), container.now()
    for reason in (RejectionReason.SIGNATURE, RejectionReason.SIGNATURE, RejectionReason.PING):
        log.count(now, reason, "st_1")
    log.count(now + HOUR, RejectionReason.UNKNOWN)
    with container.database.writing() as session:
        log.write(session, now + HOUR)
    assert [dict(hour) for hour in read_counts(container).values()] == [
        {(HourlyKind.REFUSED, RejectionReason.SIGNATURE): 2},
        {(HourlyKind.REFUSED, RejectionReason.UNKNOWN): 1},
    ]
    assert sum(row.count for row in rows_of(container, tables.Rejection)) == 4


def test_calls_to_tiktok_are_counted_by_their_code(container: Container):
    for code in ("0", "0", "40100"):
        container.budget.count("advertiser/info", code, container.now())
    (hour,) = read_counts(container).values()
    assert hour == {(HourlyKind.TIKTOK_CALL, "0"): 2, (HourlyKind.TIKTOK_CALL, "40100"): 1}


def test_hours_are_forgotten_after_400_days(container: Container, clock: FrozenClock):
    container.budget.count("advertiser/info", "0", container.now())
    for days, remaining in ((400, 1), (1, 0)):
        clock.move(days=days)
        purge(container, 30, within=timedelta(minutes=1))
        assert len(read_counts(container)) == remaining


def test_each_poll_is_kept_with_its_fault_for_two_weeks(container: Container):
    keep_all(container)
    tiktok = FakeTikTok()
    poll_account(at(container, OPEN, tiktok=tiktok), "7001")
    tiktok.fault = ProviderError("no answer", advice=Advice.AGAIN)
    poll_account(at(container, OPEN + HOUR, tiktok=tiktok), "7001")
    polls = rows_of(container, tables.PollRow)
    assert [(poll.advertiser_id, poll.at, poll.error) for poll in polls] == [
        ("7001", OPEN, None),
        ("7001", OPEN + HOUR, "no answer"),
    ]
    for later, remaining in ((timedelta(days=14), 2), (timedelta(days=14, seconds=1), 1)):
        purge(container.at(OPEN + later), 30, within=timedelta(minutes=1))
        assert len(rows_of(container, tables.PollRow)) == remaining
