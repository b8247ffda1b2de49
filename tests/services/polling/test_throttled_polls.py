"""What each recorded fault comes to, from its bytes to the next poll; and whose calls wait for whom."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import responses

from receiver.domain.poll_reasons import PollReason
from receiver.domain.schedule import after_failures
from receiver.errors import Advice, ProviderError, StorageUnavailable
from receiver.integrations.tiktok.client import TikTokClient
from receiver.integrations.tiktok.throttled_caller import ThrottledCaller
from receiver.services.polling.poll import poll_account
from receiver.storage import call_counts, tables
from receiver.storage.database import Database
from receiver.storage.rate_limiter import SharedBudget
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_link, keep_store
from tests.factories import OPEN
from tests.fakes import at
from tests.integrations.tiktok.recordings import FOLDER, recorded

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
MIDNIGHT = datetime(2025, 11, 21, tzinfo=UTC)


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@dataclass(frozen=True)
class Next:
    """The next try of this account (None: not by itself); `others_go_on`: another may be asked at once."""

    after: timedelta | None
    why: PollReason
    others_go_on: bool = True
    consent: bool = True


AGAIN = Next(after_failures("7001", 5 * MINUTE, 6 * HOUR, 1), PollReason.PASSING_FAULT)
OURS = Next(6 * HOUR, PollReason.MISCONFIGURED)
NO_ACCESS = Next(after_failures("7001", 6 * HOUR, 48 * HOUR, 1), PollReason.NO_ACCESS)
CONSENT = Next(None, PollReason.NO_CONSENT, consent=False)
APP = Next(SECOND, PollReason.APP_LIMIT, others_go_on=False)
FAULTS = {
    "error_40001_no_permission": NO_ACCESS,
    "error_40002_bad_parameter": OURS,
    "error_40016_app_rate_limit": APP,
    "error_40100_app_rate_limit": APP,
    "error_40102_token_expired": CONSENT,
    "error_40104_token_missing": OURS,
    "error_40105_token_invalid": CONSENT,
    "error_40133_advertiser_rate_limit": Next(MINUTE, PollReason.ACCOUNT_LIMIT),
    "error_40300_advertiser_missing": NO_ACCESS,
    "error_50000_system": AGAIN,
    "error_50002_processing": AGAIN,
    "error_60001_maintenance": AGAIN,
    "error_http_404_missing_slash": OURS,
    "error_http_502_html": AGAIN,
    "partial_success_20001": AGAIN,
}


@pytest.fixture
def two(container):
    """Two linked accounts, and the real client with the real budget."""
    for store, advertiser in (("st_1", "7001"), ("st_2", "7002")):
        keep_store(container, store)
        keep_link(container, store, advertiser)
        keep_account(container, advertiser, read_at=None, spend_read_at=None, timezone=None, country=None)
    return container


def answer(container, name):
    """Answer each call for an account's data with the recording of this name."""
    recording = recorded(name)["response"]
    body = {"body": recording["body_text"]} if "body_text" in recording else {"json": recording["body"]}
    url = f"{container.settings.tiktok_api_url}/advertiser/info/"
    responses.get(url, status=recording["http_status"], **body)


def poll(container, advertiser="7001", now=OPEN, **changes):
    container.now.at = now
    tiktok = changes.get("tiktok", container.tiktok)
    poll_account(at(container, now, tiktok=tiktok), advertiser)
    with container.database.reading() as session:
        return session.get(tables.Account, advertiser)


def is_sent(container, advertiser):
    """Return whether a poll of the account calls TikTok now."""
    before = len(responses.calls)
    poll(container, advertiser)
    return len(responses.calls) > before


def test_every_recorded_fault_has_a_next():
    assert {file.stem for file in FOLDER.glob("error_*.json")} | {"partial_success_20001"} == set(FAULTS)


@responses.activate
@pytest.mark.parametrize("name", FAULTS)
def test_a_recorded_fault_says_what_happens_next(two, name):
    expected = FAULTS[name]
    answer(two, name)
    account = poll(two)
    after = None if account.next_poll_at is None else account.next_poll_at - OPEN
    with two.database.reading() as session:
        consent = session.get(tables.Link, 1).consent
    assert Next(after, account.poll_reason, is_sent(two, "7002"), consent) == expected


@responses.activate
def test_each_call_is_counted_by_what_it_came_to(two):
    for name in ("error_40102_token_expired", "error_http_502_html"):
        answer(two, name)
        with pytest.raises(ProviderError):
            two.tiktok.advertiser_info("token", ["7001"])
        responses.reset()
    answer(two, "advertiser_info")
    two.tiktok.advertiser_info("token", ["7001"])
    two.tiktok.advertiser_info("token", ["7001"])
    with two.database.reading() as session:
        counts = call_counts.by_path_and_code(session)
    assert counts == {
        ("advertiser/info", "0"): 2,
        ("advertiser/info", "40102"): 1,
        ("advertiser/info", "none"): 1,
    }


@responses.activate
def test_an_answer_is_not_lost_where_it_cannot_be_counted(two, monkeypatch):
    def refuse(*_):
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(SharedBudget, "count", refuse)
    answer(two, "advertiser_info")
    assert two.tiktok.advertiser_info("token", ["7400000000000000101"])


@responses.activate
def test_a_blocked_app_asks_about_no_account_for_an_hour(two):
    url = f"{two.settings.tiktok_api_url}/advertiser/info/"
    responses.get(url, json={"code": 40113, "message": "blocked", "data": {}})
    account = poll(two)
    assert (account.next_poll_at, account.poll_reason) == (
        OPEN + HOUR,
        PollReason.APP_BLOCKED,
    )
    assert not is_sent(two, "7002")


@responses.activate
def test_a_poll_that_is_put_back_says_why_and_is_no_failure_of_the_account(two):
    answer(two, "error_40100_app_rate_limit")
    poll(two)
    other = poll(two, "7002")
    assert len(responses.calls) == 1
    assert (other.failures, other.next_poll_at) == (0, OPEN + SECOND)
    words = "not asked, for TikTok wants no calls of the app until 2025-11-20 12:00:01 UTC"
    assert other.last_error == f"TikTok advertiser/info: {words}"


@on_both_databases
@responses.activate
def test_calls_refused_for_an_hour_wait_for_midnight_utc(two):
    answer(two, "error_40100_app_rate_limit")
    at = OPEN
    for _ in range(14):
        at = poll(two, now=at).next_poll_at
    assert at == MIDNIGHT
    responses.reset()
    answer(two, "error_50000_system")  # a no of another kind shows that calls are taken again
    poll(two, now=MIDNIGHT)
    assert two.budget.remaining(MIDNIGHT + SECOND).paused_until is None
    responses.reset()
    answer(two, "error_40100_app_rate_limit")
    assert poll(two, now=MIDNIGHT + SECOND).next_poll_at == MIDNIGHT + 2 * SECOND


@on_both_databases
@responses.activate
def test_a_slowed_account_is_left_alone_until_then_even_by_staff(two):
    answer(two, "error_40133_advertiser_rate_limit")
    poll(two)
    poll(two, tiktok=two.tiktok.urgently())
    assert len(responses.calls) == 1
    assert poll(two, now=OPEN + MINUTE).next_poll_at == OPEN + 3 * MINUTE


@on_both_databases
@responses.activate
def test_who_waits_for_a_turn_holds_nothing_open(two, database_url):
    answer(two, "error_50000_system")
    elsewhere = Database(database_url)
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        with elsewhere.writing() as session:
            session.add(tables.Heartbeat(name=f"while waiting {len(slept)}", at=OPEN))

    budget = SharedBudget(two.database, 5)
    tiktok = TikTokClient(
        two.settings.tiktok_api_url, pace=ThrottledCaller(budget, two.now, urgent=True, sleep=sleep)
    )
    for advertiser in ("7001", "7002"):
        poll(two, advertiser, tiktok=tiktok)
    assert slept == [pytest.approx(0.2, abs=0.001)]
    elsewhere.close()


@responses.activate
def test_urgent_calls_go_on_where_routine_ones_have_used_their_part_of_the_day(two):
    answer(two, "error_50000_system")
    with two.database.writing() as session:
        session.add(tables.CallBudget(provider="tiktok", day=OPEN.date(), used=4 * 86_400))
    pace = ThrottledCaller(SharedBudget(two.database, 5), two.now)
    tiktok = TikTokClient(two.settings.tiktok_api_url, pace=pace)
    account = poll(two, tiktok=tiktok)
    assert (account.next_poll_at, len(responses.calls)) == (MIDNIGHT, 0)
    poll(two, tiktok=tiktok.urgently())
    assert len(responses.calls) == 1
    assert replace(pace, urgent=True) == tiktok.urgently()._caller


@responses.activate
def test_a_call_that_would_wait_long_is_not_made(two):
    with two.database.writing() as session:
        session.add(tables.CallBudget(provider="tiktok", used=0, next_at=OPEN + 5.3 * SECOND))
    tiktok = TikTokClient(
        two.settings.tiktok_api_url, pace=ThrottledCaller(SharedBudget(two.database, 5), two.now)
    )
    with pytest.raises(ProviderError, match="too many calls are waiting until 2025-11-20 12:00:05") as caught:
        tiktok.advertiser_info("token", ["7001"])
    assert (caught.value.advice, len(responses.calls)) == (Advice.PAUSE_APP, 0)
