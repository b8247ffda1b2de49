"""Money, times, days and states read the same on every page of the console."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import g

from receiver.app import create_app
from receiver.domain.awards import AwardState
from receiver.domain.decision import Stage
from receiver.domain.deliveries import DeliveryState
from receiver.domain.facts import Outcome
from receiver.domain.replays import ReplayState
from receiver.errors import InputError, Refused
from receiver.web.admin.filters import TONE_OF, TONES, ago, day, money, plain, refusal, tone, when


@pytest.fixture(scope="module")
def database_kind():
    return "sqlite"  # no filter asks the database


@pytest.fixture(autouse=True)
def reader(container):
    with create_app(container=container).app_context():
        g.person = SimpleNamespace(timezone="America/New_York")
        yield g.person


MOMENT = datetime(2026, 11, 28, 23, 46, 5, tzinfo=UTC)


@pytest.mark.parametrize("moment", [MOMENT, "2026-11-28T23:46:05Z"])
def test_a_time_is_in_the_readers_zone_with_the_exact_one_behind_it(moment):
    exact = "28 Nov 2026, 18:46:05 EST"
    element = f'<time datetime="2026-11-28T18:46:05-05:00" title="{exact}">28 Nov 2026, 18:46</time>'
    assert when(moment) == element


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(), "just now"),
        (-timedelta(seconds=59), "just now"),
        (timedelta(seconds=30), "now"),
        (-timedelta(minutes=3, seconds=50), "3 min ago"),
        (-timedelta(minutes=60), "1 h ago"),
        (-timedelta(hours=47), "1 day ago"),
        (-timedelta(days=29, hours=23), "29 days ago"),
        (timedelta(minutes=5), "in 5 min"),
        (timedelta(days=2), "in 2 days"),
    ],
)
def test_a_time_is_told_by_its_distance(container, away, words):
    assert ago(container.now() + away).striptags() == words


def test_what_is_long_ago_is_told_by_its_day(container):
    element = ago(container.now() - timedelta(days=30))
    assert element.striptags() == "21 Oct 2025"
    assert 'title="21 Oct 2025, 08:00:00 EDT"' in element


def test_a_day_is_one_of_the_readers_calendar():
    assert day(date(2026, 11, 8)).striptags() == day("2026-11-08").striptags() == "8 Nov 2026"
    assert day(datetime(2026, 11, 29, 3, tzinfo=UTC)).striptags() == "28 Nov 2026"


def test_money_is_written_as_in_the_sentences_and_the_unknown_is_no_zero():
    assert money(Decimal(5000), "USD") == "$5,000.00"
    assert money("395", "GBP") == "£395.00"
    assert money(None, "USD") == when(None) == ago(None) == day(None) == plain(None) == "unknown"


def test_what_somebody_else_wrote_is_escaped():
    hostile = "<b>Z"
    for write in (when, ago, day):
        assert write(hostile) == "&lt;b&gt;Z"
    assert plain([hostile, True]) == "&lt;b&gt;Z, yes"


def test_each_state_has_one_tone_and_each_tone_one_meaning():
    assert len(TONE_OF) == sum(map(len, TONES.values()))
    states = {*Stage, *AwardState, *DeliveryState, *ReplayState, *Outcome}
    assert {tone(state) for state in states} == {*TONES, "neutral"}
    assert tone(AwardState.DUE) != tone(AwardState.CREDITED)  # we owe it; it is done
    assert tone(Stage.HELD) != tone(Stage.AWAITING_LINK)  # our turn; the merchant's
    assert tone(None) == tone("<b>") == "neutral"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("no store matches “X”", path="store"), "No store matches “X”."),
        (InputError("must be 1 to 9", path="next_rate"), "Next rate must be 1 to 9."),
        (InputError("this form is too old; go back"), "This form is too old; go back."),
        (Refused("held: the signal is of X"), "Held: the signal is of X."),
    ],
)
def test_what_was_refused_is_told_as_a_person_would(error, words):
    assert refusal(error) == words
