"""Staff are told through their own channel: by one of all processes, never in a storm, in spite of faults."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from receiver.errors import Advice, ProviderError
from receiver.services.alerts.notify_staff import notify_staff
from receiver.services.alerts.work_queue import list_todo_items
from receiver.services.operations.doctor import CheckState, diagnose
from receiver.services.operations.metrics import collect_metrics
from receiver.storage import heartbeats
from receiver.storage.database import Database
from receiver.storage.tables import AlertRow, Award
from tests.award_fixtures import keep_awards
from tests.staff import Console

NOW = datetime(2025, 12, 5, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
URL = "https://credit.example"


class FakeChannel:
    """A channel that records its messages, and fails when a test says so."""

    words = "a note"

    def __init__(self):
        self.messages, self.fails = [], False

    def send(self, message):
        self.messages.append(message)
        if self.fails:
            raise ProviderError("the note was torn", advice=Advice.AGAIN)

    @property
    def news(self):
        return [
            [f"{item['id']} {item['news']} {item['count']}" for item in m.data["matters"]]
            for m in self.messages
        ]


@pytest.fixture
def channel():
    return FakeChannel()


@pytest.fixture
def pass_minutes(container, clock, channel):
    """Lets time pass, looking every minute or so; the worker lives meanwhile, or not."""
    clock.at = NOW

    def go(minutes, *, worker=False, every=1):
        for _ in range(0, minutes, every):
            if worker:
                with container.database.writing() as session:
                    heartbeats.beat(session, heartbeats.WORKER, clock())
            notify_staff(container, channel)
            clock.move(minutes=every)

    return go


def make_overdue(container, *award_ids):
    with container.database.writing() as session:
        session.execute(update(Award).where(Award.id.in_(award_ids)).values(due_by=date(2025, 12, 1)))


def test_a_stopped_worker_is_told_once_and_once_that_it_is_back(pass_minutes, channel):
    pass_minutes(10, worker=True)
    assert channel.news == []
    pass_minutes(5)
    assert channel.news == []
    pass_minutes(200, every=10)
    assert channel.news == [["worker_silent began 1"]]
    pass_minutes(200, worker=True, every=10)
    assert channel.news[1:] == [["worker_silent over 0"]]


def test_what_stands_is_told_again_after_a_day(pass_minutes, channel):
    pass_minutes(10, every=5)
    pass_minutes(25 * 60, every=30)
    assert channel.news == [["worker_silent began 1"], ["worker_silent stands 1"]]


def test_a_restart_is_no_news(pass_minutes, channel):
    for _ in range(10):
        pass_minutes(4)
        pass_minutes(1, worker=True)
    assert channel.news == []


def test_overdue_awards_are_told_with_their_stores_and_again_when_they_are_more(
    container, pass_minutes, channel
):
    keep_awards(container, 8)
    make_overdue(container, "aw_1", "aw_2")
    pass_minutes(100, worker=True, every=5)
    make_overdue(container, *[f"aw_{n}" for n in range(8)])
    pass_minutes(100, worker=True, every=5)
    assert channel.news == [["awards_overdue began 2"], ["awards_overdue grew 8"]]
    first, second = (message.text for message in channel.messages)
    assert "Stores: st_1, st_2." in first
    assert " and others." in second


def test_all_that_is_news_is_one_message(container, pass_minutes, channel):
    keep_awards(container, 1)
    make_overdue(container, "aw_0")
    pass_minutes(6)
    assert channel.news == [["worker_silent began 1", "awards_overdue began 1"]]
    assert channel.messages[0].subject == "Ad credit: No worker is alive; Awards overdue: 1"


def test_a_message_leads_to_pages_of_the_console_and_names_nobody(container, pass_minutes, channel):
    keep_awards(container, 1)
    make_overdue(container, "aw_0")
    pass_minutes(6)
    console = Console(container, "viewer")
    for matter in channel.messages[0].data["matters"]:
        assert matter["link"] in channel.messages[0].text
        assert console.get(matter["link"].removeprefix(URL)).status_code == 200
    assert "Example" not in channel.messages[0].text  # no store's name either: it may be a person's


def test_a_channel_that_fails_is_tried_again_with_longer_and_longer_pauses(container, pass_minutes, channel):
    channel.fails = True
    pass_minutes(15)
    pass_minutes(24 * 60, every=15)
    tries = [(message.at - NOW) // MINUTE for message in channel.messages]
    assert tries[:4] == [5, 6, 8, 12]
    assert 24 < len(tries) < 40
    assert len({message.id for message in channel.messages}) == 1  # so that a receiver knows it for the same
    channel.fails = False
    pass_minutes(61, every=10)
    pass_minutes(1, worker=True)
    assert len({message.id for message in channel.messages}) == 2


def test_a_failing_channel_is_seen_and_no_more_once_it_works(container, clock, pass_minutes, channel):
    channel.fails = True
    pass_minutes(8)

    def failure_shown():
        matters = {matter.id for matter in list_todo_items(container.at(clock()))}
        return "staff_not_told" in matters, collect_metrics(container.at(clock())).failing_alerts

    def doctor():
        checks = diagnose(container.at(clock()), unreachable, channel)
        return next(check for check in checks if check.name == "alerts")

    assert failure_shown() == (True, 1)
    assert doctor().state is CheckState.FAIL
    assert doctor().finding == "staff could not be told: the note was torn; tried 2 times"
    channel.fails = False
    pass_minutes(3)
    assert failure_shown() == (False, 0)
    assert doctor().finding == "staff are told by a note"


def unreachable(url):
    raise ProviderError("no network", advice=Advice.AGAIN)


def test_what_could_not_be_told_before_it_was_over_is_not_told(container, pass_minutes, channel):
    channel.fails = True
    pass_minutes(8)
    channel.fails = False
    before = len(channel.messages)
    pass_minutes(30, worker=True)
    assert len(channel.messages) == before
    with container.database.reading() as session:
        assert session.get_one(AlertRow, "worker_silent").failures == 0


def test_of_several_processes_one_alerts(container, database_url, pass_minutes, channel):
    pass_minutes(5)
    hosts = [Database(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda host: notify_staff(replace(container, database=host), channel), hosts))
    for host in hosts:
        host.close()
    assert len(channel.messages) == 1


def test_nobody_sends_what_another_is_about_to_send(container, clock, pass_minutes, channel):
    class SlowChannel(FakeChannel):
        def send(self, message):
            notify_staff(container.at(clock() + MINUTE), channel)
            super().send(message)

    pass_minutes(5)
    slow = SlowChannel()
    notify_staff(container, slow)
    assert (len(slow.messages), len(channel.messages)) == (1, 0)


def test_without_a_channel_nothing_is_noted(container):
    notify_staff(container.at(NOW), None)
    with container.database.reading() as session:
        assert session.get(AlertRow, "worker_silent") is None
