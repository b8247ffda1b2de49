"""The real client against the fake TikTok, over a real socket; and the fake's own refusals."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from werkzeug.serving import make_server

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient
from receiver.integrations.tiktok.oauth import AuthorisedAdvertiser
from receiver.integrations.tiktok.reports import ReportedDay
from receiver.sandbox.tiktok.accounts import AccountDay, SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from tests.fakes import FrozenClock

BORN = date(2025, 9, 1)
TOKEN = "token-of-the-store"
ID, OTHER, GONE = "7300000000000000101", "7300000000000000102", "7300000000000000103"
APP = App("7400000000000000001", "sandbox-app-secret")
DAY = date(2025, 11, 10)
PAST = datetime(2025, 11, 1, tzinfo=UTC)
MIDNIGHT = datetime(2025, 11, 10, 5, tzinfo=UTC)  # in New York
PATH = "/open_api/v1.3/report/integrated/get/"


def account(advertiser_id=ID, **changes):
    """Return an account with 10.00 cash and 1.00 credit on each of 75 dates from BORN, except the fourth."""
    dates = {
        BORN + timedelta(days=n): AccountDay(Decimal("10.00"), Decimal("1.00")) for n in range(75) if n != 3
    }
    valid = {"name": "Store", "token": TOKEN, "business_center": "7200000000000000101", "days": dates}
    return SandboxAccount(advertiser_id=advertiser_id, **{**valid, **changes})


@pytest.fixture
def accounts():
    """The fake's accounts; a test may change them while the fake runs."""
    return {
        ID: account(),
        OTHER: account(OTHER, token="another-token"),
        GONE: account(GONE, token="taken-back", revoked_at=PAST),
    }


@pytest.fixture
def now():
    return FrozenClock(datetime(2025, 12, 1, 12, tzinfo=UTC))


@pytest.fixture
def tiktok(accounts, now, monkeypatch):
    """The real client, pages of ten, against the fake on a loopback port."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = make_server("127.0.0.1", 0, create_tiktok(lambda: accounts, now), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield TikTokClient(f"http://127.0.0.1:{server.server_port}/open_api/v1.3", app=APP, page_size=10)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fake(accounts, now):
    return create_tiktok(accounts, now).test_client()


def refusal(call, *arguments):
    with pytest.raises(ProviderError) as caught:
        call(*arguments)
    return caught.value.code, caught.value.advice


# The client against the fake


def test_seventy_five_dates_come_back_whole_and_once(tiktok):
    days = tiktok.daily_spend(TOKEN, ID, BORN, BORN + timedelta(days=74))
    assert len(days) == 74
    assert all(earlier.date < later.date for earlier, later in pairwise(days))
    assert BORN + timedelta(days=3) not in {day.date for day in days}
    assert sum(day.spend for day in days) == Decimal("814.00")
    assert sum(day.cash_spend for day in days) == Decimal("740.00")
    assert sum(day.voucher_spend for day in days) == Decimal("74.00")


def test_the_prior_spend_of_ninety_dates_is_their_sum(tiktok):
    assert tiktok.total_spend(TOKEN, ID, date(2025, 8, 1), date(2025, 10, 29)) == Decimal("638.00")


def test_an_account_that_never_spent_has_spent_zero(tiktok, accounts):
    accounts[ID] = account(days={})
    assert tiktok.total_spend(TOKEN, ID, date(2025, 8, 1), date(2025, 10, 29)) == 0
    assert tiktok.daily_spend(TOKEN, ID, DAY, DAY) == []


def test_an_account_shows_itself(tiktok):
    assert tiktok.advertiser_info(TOKEN, [ID]) == [
        AdvertiserInfo(
            advertiser_id=ID,
            name="Store",
            status="STATUS_ENABLE",
            country="US",
            currency="USD",
            timezone="America/New_York",
            created_at=datetime(2025, 11, 1, tzinfo=UTC),
            owner_bc_id="7200000000000000101",
            account_type="AUCTION",
        )
    ]


def test_a_token_lists_its_accounts_only(tiktok):
    assert tiktok.authorised_advertisers(TOKEN) == [AuthorisedAdvertiser(ID, "Store")]


@pytest.mark.parametrize(
    ("token", "advertiser_id", "answer"),
    [
        ("", ID, (40104, Advice.CONFIGURATION)),
        ("never-given", ID, (40105, Advice.REAUTHORISE)),
        ("taken-back", GONE, (40105, Advice.REAUTHORISE)),
        (TOKEN, OTHER, (40001, Advice.GIVE_UP)),
        (TOKEN, "7999", (40001, Advice.GIVE_UP)),
    ],
)
def test_a_token_that_does_not_reach_the_account_is_refused(tiktok, token, advertiser_id, answer):
    assert refusal(tiktok.daily_spend, token, advertiser_id, DAY, DAY) == answer
    assert refusal(tiktok.advertiser_info, token, [advertiser_id]) == answer


def test_consent_withdrawn_while_the_fake_runs_is_seen_at_once(tiktok, accounts):
    tiktok.daily_spend(TOKEN, ID, DAY, DAY)
    accounts[ID] = account(revoked_at=PAST)
    assert refusal(tiktok.daily_spend, TOKEN, ID, DAY, DAY) == (40105, Advice.REAUTHORISE)


def test_one_account_withdrawn_leaves_the_tokens_others(tiktok, accounts):
    accounts[OTHER] = account(OTHER, revoked_at=PAST)
    assert refusal(tiktok.daily_spend, TOKEN, OTHER, DAY, DAY) == (40001, Advice.GIVE_UP)
    assert tiktok.authorised_advertisers(TOKEN) == [AuthorisedAdvertiser(ID, "Store")]


def test_a_wrong_base_address_is_told_as_ours(tiktok):
    tiktok._base_url += "/nowhere"
    assert refusal(tiktok.daily_spend, TOKEN, ID, DAY, DAY) == (None, Advice.CONFIGURATION)


# Figures take their time

ELEVEN, TEN, ONE = Decimal("11.00"), Decimal("10.00"), Decimal("1.00")


@pytest.mark.parametrize(
    ("hours", "figures"),
    [
        (0.99, None),
        (1, (ELEVEN, None, None, None)),
        (10.99, (ELEVEN, None, None, None)),
        (11, (ELEVEN, TEN, None, None)),
        (47.99, (ELEVEN, TEN, None, None)),
        (48, (ELEVEN, TEN, TEN, ONE)),
    ],
)
def test_each_figure_appears_in_its_time(tiktok, now, hours, figures):
    now.at = MIDNIGHT + timedelta(hours=hours)
    expected = [ReportedDay(DAY, *figures, currency="USD")] if figures else []
    assert tiktok.daily_spend(TOKEN, ID, DAY, DAY) == expected


@pytest.mark.parametrize(("plain", "display"), [("Asia/Tokyo", ""), ("Etc/GMT+5", "Asia/Tokyo")])
def test_a_date_begins_in_the_accounts_own_zone(tiktok, accounts, now, plain, display):
    accounts[ID] = account(timezone=plain, display_timezone=display)
    now.at = datetime(2025, 11, 9, 16, tzinfo=UTC)
    assert len(tiktok.daily_spend(TOKEN, ID, DAY, DAY)) == 1


def test_a_date_on_which_nothing_was_spent_has_no_row(tiktok, accounts):
    accounts[ID] = account(days={DAY: AccountDay(Decimal(0))})
    assert tiktok.daily_spend(TOKEN, ID, DAY, DAY) == []


@pytest.mark.parametrize(("hour", "cash"), [(11, "10.00"), (12, "7.50")])
def test_a_date_is_restated_at_noon_utc_of_the_next(tiktok, accounts, now, hour, cash):
    accounts[ID] = account(days={DAY: AccountDay(TEN, ONE, restated=Decimal("7.50"))})
    now.at = datetime(2025, 11, 11, hour, tzinfo=UTC)
    (day,) = tiktok.daily_spend(TOKEN, ID, DAY, DAY)
    assert (day.spend, day.billed_cost) == (Decimal(cash) + ONE, Decimal(cash))


def test_a_total_with_a_part_not_there_yet_is_not_there_yet(fake, now):
    now.at = MIDNIGHT + timedelta(hours=2)
    metrics = ask(fake, dimensions='["advertiser_id"]', metrics='["spend", "billed_cost"]')["data"]["list"][0]
    assert metrics["metrics"] == {"spend": "11.00", "billed_cost": "-"}


# The fake refuses what TikTok refuses


def ask(fake, path=PATH, **changes):
    valid = {
        "advertiser_id": ID,
        "service_type": "AUCTION",
        "report_type": "BASIC",
        "data_level": "AUCTION_ADVERTISER",
        "dimensions": '["advertiser_id", "stat_time_day"]',
        "metrics": '["spend"]',
        "start_date": "2025-11-10",
        "end_date": "2025-11-10",
    }
    answer = fake.get(path, query_string={**valid, **changes}, headers={"Access-Token": TOKEN})
    assert answer.status_code == 200
    return answer.json


@pytest.mark.parametrize(
    "changes",
    [
        {"service_type": "RESERVATION"},
        {"report_type": "AUDIENCE"},
        {"data_level": "AUCTION_CAMPAIGN"},
        {"dimensions": '["campaign_id"]'},
        {"dimensions": "advertiser_id"},
        {"dimensions": "[]"},
        {"metrics": '["profit"]'},
        {"metrics": '["currency"]', "dimensions": '["stat_time_day"]'},
        {"metrics": '["cash_spend"]', "dimensions": '["advertiser_id"]'},
        {"page": "0"},
        {"page_size": "0"},
        {"page_size": "1001"},
        {"page_size": "ten"},
        {"start_date": "2025-11-11"},
        {"start_date": "10.11.2025"},
        {"start_date": "2025-10-11"},
        {"start_date": "2024-11-10", "dimensions": '["advertiser_id"]'},
    ],
)
def test_wrong_parameters_are_refused_inside_http_200(fake, changes):
    assert ask(fake, **changes)["code"] == 40002


@pytest.mark.parametrize(
    "changes",
    [
        {"start_date": "2025-10-12"},
        {"start_date": "2024-11-11", "dimensions": '["advertiser_id"]'},
        {"page_size": "1000"},
    ],
)
def test_the_widest_allowed_question_is_answered(fake, changes):
    assert ask(fake, **changes)["code"] == 0


def test_pages_are_ten_rows_unless_asked_otherwise(fake):
    data = ask(fake, start_date="2025-10-12", page="3")["data"]
    assert len(data["list"]) == 10
    assert data["page_info"] == {"page": 3, "page_size": 10, "total_number": 30, "total_page": 3}
    assert ask(fake, start_date="2025-10-12", page="4")["data"]["list"] == []


def test_the_envelope_is_tiktoks(fake):
    answer = ask(fake)
    assert list(answer) == ["code", "message", "request_id", "data"]
    assert answer["message"] == "OK"
    assert answer["request_id"] != ask(fake)["request_id"]
    assert answer["data"]["list"] == [
        {
            "dimensions": {"advertiser_id": ID, "stat_time_day": "2025-11-10 00:00:00"},
            "metrics": {"spend": "11.00"},
        }
    ]


@pytest.mark.parametrize("path", [PATH.rstrip("/"), "/open_api/v1.3/nowhere/", "/"])
def test_a_path_without_its_slash_or_unknown_never_reaches_the_api(fake, path):
    answer = fake.get(path, headers={"Access-Token": TOKEN})
    assert (answer.status_code, answer.mimetype, answer.text) == (404, "text/plain", "404 page not found")


def test_more_than_a_hundred_ids_are_too_many(fake):
    ids = ", ".join(f'"{ID}"' for _ in range(101))
    assert ask(fake, "/open_api/v1.3/advertiser/info/", advertiser_ids=f"[{ids}]")["code"] == 40011


def test_fields_narrow_what_is_shown(fake):
    query = {"advertiser_ids": f'["{ID}"]', "fields": '["country"]'}
    assert ask(fake, "/open_api/v1.3/advertiser/info/", **query)["data"] == {"list": [{"country": "US"}]}


def test_the_cheap_token_test_needs_a_token(fake):
    assert ask(fake, "/open_api/v1.3/user/info/")["code"] == 0
    assert fake.get("/open_api/v1.3/user/info/").json["code"] == 40104


def test_the_accounts_of_a_token_need_the_apps_id_and_secret(fake):
    path = "/open_api/v1.3/oauth2/advertiser/get/"
    assert ask(fake, path)["code"] == 40002
    assert ask(fake, path, app_id="1", secret="2")["code"] == 0
