"""The simulation of polling, in small: nothing that falls due is decided late, and no limit is met."""

import pytest
from rich.progress import Progress

from bench import simulate
from bench.simulate import A_MINUTE, PollingSimulation
from receiver.domain.poll_reasons import PollReason
from receiver.domain.schedule import EVERY, NextPoll


@pytest.fixture
def run():
    with Progress(disable=True) as progress:
        yield lambda accounts=120, days=40: PollingSimulation(accounts, days, seed=7).run(progress)


def test_every_award_is_decided_a_day_before_it_is_due_and_calls_keep_to_the_level(run):
    result = run()
    assert result.awards > 15
    assert result.late == []
    assert max(result.busiest.values()) <= A_MINUTE
    data = result.as_data()
    assert data["awards_decided_less_than_a_day_before_due"] == 0
    assert data["calls"] == sum(result.busiest.values())


def test_a_schedule_that_sleeps_is_found_out(run, monkeypatch):
    monkeypatch.setattr(simulate, "next_poll", _lazy)
    assert run().late != []


def test_a_rate_that_is_too_small_for_the_accounts_shows_in_the_waits(run, monkeypatch):
    monkeypatch.setattr(simulate, "RATE", 0.1)
    result = run(accounts=1000, days=2)
    assert max(result.lateness) > 3600
    assert max(result.busiest.values()) <= 7  # six a minute, and one at its edge


def _lazy(advertiser_id, state, now):
    return NextPoll(now + EVERY[PollReason.AT_REST] * 2, PollReason.AT_REST)
