"""One budget is shared by the threads and processes of a database, urgent and routine, with its pauses."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from receiver.domain.rate_limiter import DenialReason, Slot, Throttled
from receiver.storage.database import Database
from receiver.storage.rate_limiter import Remaining, SharedBudget

SECOND = timedelta(seconds=1)
ACCOUNT, OTHER = "7001", "7002"
ASK = """
import json, sys
from datetime import datetime
from receiver.storage.rate_limiter import SharedBudget
from receiver.storage.database import Database

database = Database(sys.argv[1])
budget, now = SharedBudget(database, 20), datetime.fromisoformat(sys.argv[2])
answers = [budget.reserve(now, advertiser_id=None, urgent=True) for _ in range(30)]
print(json.dumps([answer.at.isoformat() for answer in answers]))
database.close()
"""


@pytest.fixture
def now(clock):
    return clock()


@pytest.fixture
def budget(database_url):
    """A budget of five calls a second; `elsewhere`, on the same database, stands for another process."""
    database = Database(database_url)
    yield SharedBudget(database, 5)
    database.close()


@pytest.fixture
def elsewhere(database_url):
    database = Database(database_url)
    yield SharedBudget(database, 5)
    database.close()


def reserve(budget, now, advertiser_id=None, *, urgent=True):
    return budget.reserve(now, advertiser_id=advertiser_id, urgent=urgent)


def is_spread(moments, rate):
    """Return whether no second has more of these times than the rate, and no slot is wasted."""
    ordered = sorted(moments)
    over = any(later - earlier <= SECOND for earlier, later in zip(ordered, ordered[rate:], strict=False))
    return not over and ordered[-1] - ordered[0] < (len(ordered) / rate) * SECOND


def test_threads_that_ask_at_once_share_one_rate(budget, elsewhere, now):
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda n: reserve((budget, elsewhere)[n % 2], now), range(24)))
    assert is_spread([answer.at for answer in answers], rate=5)
    assert budget.remaining(now).used == 24


def test_processes_that_ask_at_once_share_one_rate(database_url, now):
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, database_url, now.isoformat()], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    moments = [type(now).fromisoformat(at) for item in asking for at in json.loads(item.communicate()[0])]
    assert len(moments) == 60
    assert is_spread(moments, rate=20)


def test_what_one_process_used_another_finds_used(budget, elsewhere, now):
    assert reserve(budget, now) == Slot(now)
    assert now < reserve(elsewhere, now).at < now + SECOND
    assert elsewhere.remaining(now) == Remaining(
        routine=345_598, urgent=431_998, used=2, routine_a_day=345_600, paused_until=None, slowed=0
    )
    assert budget.remaining(now + timedelta(days=1)).used == 0


def test_a_budget_nobody_has_used_is_whole(budget, now):
    assert budget.remaining(now) == Remaining(
        routine=345_600, urgent=432_000, used=0, routine_a_day=345_600, paused_until=None, slowed=0
    )


def test_a_refusal_to_one_process_pauses_all_and_uses_no_turn(budget, elsewhere, now):
    until = budget.pause_app(reserve(budget, now), now)
    assert until == now + SECOND
    assert reserve(elsewhere, now, ACCOUNT) == Throttled(until, DenialReason.PAUSED)
    assert (elsewhere.remaining(now).used, elsewhere.remaining(now).paused_until) == (1, until)
    assert elsewhere.remaining(until).paused_until is None


def test_calls_that_were_under_way_together_are_one_refusal_in_all_processes(budget, elsewhere, now):
    turns = [reserve(item, now) for item in (budget, elsewhere)]
    ends = [item.pause_app(turn, now) for item, turn in zip((budget, elsewhere), turns, strict=True)]
    assert ends == [now + SECOND] * 2


def test_pauses_grow_until_an_answer_comes(budget, now):
    until = budget.pause_app(reserve(budget, now), now)
    second = reserve(budget, until)
    assert budget.pause_app(second, until) == until + timedelta(minutes=5)
    later = until + timedelta(minutes=5)
    budget.note_success(None, reserve(budget, later))
    assert budget.pause_app(reserve(budget, later + SECOND), later + SECOND) == later + 2 * SECOND


def test_an_answer_to_an_older_call_ends_no_pause(budget, now):
    older, refused = reserve(budget, now), reserve(budget, now)
    until = budget.pause_app(refused, now)
    budget.note_success(None, older)
    assert isinstance(reserve(budget, now), Throttled)
    assert budget.pause_app(reserve(budget, until), until) == until + timedelta(minutes=5)


def test_a_slowed_ad_account_slows_no_other(budget, elsewhere, now):
    until = budget.pause_advertiser(ACCOUNT, reserve(budget, now, ACCOUNT), now)
    assert until == now + timedelta(minutes=1)
    assert reserve(elsewhere, now, ACCOUNT) == Throttled(until, DenialReason.SLOWED)
    assert isinstance(reserve(elsewhere, now, OTHER), Slot)
    assert isinstance(reserve(elsewhere, now), Slot)
    assert elsewhere.remaining(now).slowed == 1
    assert elsewhere.remaining(until).slowed == 0


def test_an_answer_about_one_ad_account_tells_nothing_of_another(budget, now):
    until = budget.pause_advertiser(ACCOUNT, reserve(budget, now, ACCOUNT), now)
    budget.note_success(OTHER, reserve(budget, until, OTHER))
    again = reserve(budget, until, ACCOUNT)
    assert budget.pause_advertiser(ACCOUNT, again, until) == until + timedelta(minutes=2)


def test_a_blocked_app_stands_still_for_an_hour(budget, elsewhere, now):
    assert budget.pause_blocked_app(now) == now + timedelta(hours=1)
    assert reserve(elsewhere, now) == Throttled(now + timedelta(hours=1), DenialReason.PAUSED)
