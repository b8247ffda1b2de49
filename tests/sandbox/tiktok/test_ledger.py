"""The real client against the fake's ledger, over a real socket; and what the fake refuses."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.client import TikTokClient
from receiver.integrations.tiktok.transactions import LedgerTransaction
from receiver.sandbox.tiktok.accounts import AccountPayment, SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from tests.fakes import FrozenClock
from tests.serving import served

TOKEN, ID, CENTER = "token-of-the-store", "7300000000000000101", "7200000000000000101"
PATH = "/open_api/v1.3/bc/account/transaction/get/"
FIRST, LAST = date(2025, 11, 1), date(2025, 11, 30)
AT = datetime(2025, 11, 10, 12, 0, tzinfo=UTC)
HUNDRED = Decimal(100)


@pytest.fixture
def now():
    return FrozenClock(datetime(2025, 12, 1, 12, tzinfo=UTC))


@pytest.fixture
def keep():
    """A function that puts an account into the fake while it runs."""
    accounts: dict[str, SandboxAccount] = {}

    def put(*payments, **changes):
        valid = {"name": "Store", "token": TOKEN, "business_center": CENTER, "payments": payments}
        account = SandboxAccount(**{"advertiser_id": ID, **valid, **changes})
        accounts[account.advertiser_id] = account

    put.accounts = accounts
    return put


@pytest.fixture
def fake(keep, now):
    return create_tiktok(lambda: keep.accounts, now)


@pytest.fixture
def read(fake, monkeypatch):
    """A function that reads the account's ledger with the real client."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with served(fake) as address:
        client = TikTokClient(f"{address}/open_api/v1.3")

        def read_ledger(token=TOKEN, center=CENTER, account=ID, first=FIRST, last=LAST):
            return client.transactions(token, center, account, first, last)

        yield read_ledger


def test_a_bill_is_read_as_it_was_paid(keep, read):
    keep(AccountPayment(AT, Decimal("100.10"), tax=Decimal("20.02")))
    assert read() == [
        LedgerTransaction(f"{ID}00000", "BILL_PAYMENT", "CASH", Decimal("100.1"), Decimal("20.02"), "USD", AT)
    ]


def test_a_ledger_of_many_pages_comes_back_whole_and_once(keep, read):
    keep(*[AccountPayment(AT, HUNDRED)] * 120)
    rows = read()
    assert (len(rows), len({row.id for row in rows})) == (120, 120)


def test_a_payment_is_there_from_its_moment_on_and_keeps_its_id(keep, read, now):
    keep(AccountPayment(AT, HUNDRED), AccountPayment(AT - timedelta(hours=1), HUNDRED))
    now.at = AT - timedelta(minutes=1)
    assert [row.id for row in read()] == [f"{ID}00001"]
    now.at = AT
    assert [row.id for row in read()] == [f"{ID}00001", f"{ID}00000"]


@pytest.mark.parametrize(
    ("zone", "last", "count"),
    [
        ("UTC", date(2025, 11, 9), 0),
        ("Asia/Tokyo", date(2025, 11, 9), 0),
        ("Etc/GMT+5", date(2025, 11, 9), 1),
    ],
)
def test_the_dates_go_by_the_accounts_plain_zone(keep, read, zone, last, count):
    keep(AccountPayment(datetime(2025, 11, 10, 4, 30, tzinfo=UTC), HUNDRED), timezone=zone)
    assert len(read(last=last)) == count


def test_an_account_that_was_billed_nothing_has_an_empty_ledger(keep, read):
    keep()
    assert read() == []


@pytest.mark.parametrize(
    ("changes", "query"),
    [
        ({"reads_finance": False}, {}),  # not with this role
        ({"business_center": ""}, {}),  # in no Business Center
        ({}, {"center": "7299"}),  # another's
        ({}, {"account": "7399"}),  # not of this Business Center
    ],
)
def test_a_ledger_that_is_not_the_users_to_see_is_refused(keep, read, changes, query):
    keep(AccountPayment(AT, HUNDRED), **changes)
    with pytest.raises(ProviderError) as caught:
        read(**query)
    assert (caught.value.code, caught.value.advice) == (40001, Advice.GIVE_UP)


def test_a_token_taken_back_reads_no_ledger(keep, read):
    keep(AccountPayment(AT, HUNDRED), revoked_at=AT)
    with pytest.raises(ProviderError) as caught:
        read()
    assert caught.value.code == 40105


# Parameters


def ask(fake, where=None, **changes):
    valid = {"bc_id": CENTER, "transaction_level": "ADVERTISER", "filtering": json.dumps(where or {})}
    query = {name: value for name, value in {**valid, **changes}.items() if value is not None}
    answer = fake.test_client().get(PATH, query_string=query, headers={"Access-Token": TOKEN})
    assert answer.status_code == 200
    return answer.json


@pytest.mark.parametrize(
    ("filtering", "changes"),
    [
        ({}, {"bc_id": None}),
        ({}, {"transaction_level": None}),
        ({}, {"page_size": "51"}),
        ({}, {"filtering": "[]"}),
        ({}, {"filtering": "account_ids"}),
        ({"advertiser_ids": [ID]}, {}),
        ({"account_ids": ID}, {}),
        ({"account_ids": []}, {}),
        ({"account_ids": [ID, *(str(n) for n in range(100))]}, {}),
        ({"transaction_types": ["GIFT"]}, {}),
        ({"billing_types": ["cash"]}, {}),
        ({"start_time": "2025-11-01"}, {}),
        ({"start_time": 1762000000}, {}),
        ({"start_time": "2025-11-02 00:00:00", "end_time": "2025-11-01 00:00:00"}, {}),
        ({"start_time": "2024-11-01 00:00:00", "end_time": "2025-11-01 00:00:01"}, {}),
    ],
)
def test_wrong_parameters_are_refused_inside_http_200(fake, keep, filtering, changes):
    keep(AccountPayment(AT, HUNDRED))
    assert ask(fake, filtering, **changes)["code"] == 40002


@pytest.mark.parametrize(
    ("filtering", "count"),
    [
        ({}, 2),
        ({"transaction_types": ["BILL_PAYMENT", "REFUND"]}, 1),
        ({"billing_types": ["CREDIT"]}, 1),
        ({"start_time": "2024-11-02 00:00:00", "end_time": "2025-11-02 00:00:00"}, 1),
    ],
)
def test_a_question_without_times_reaches_ninety_days_back_and_filters_narrow_it(
    fake, keep, filtering, count
):
    keep(
        AccountPayment(datetime(2025, 9, 2, 11, 0, tzinfo=UTC), HUNDRED),
        AccountPayment(AT, HUNDRED),
        AccountPayment(AT, HUNDRED, type="PROMOTION_ISSUED", billing="CREDIT"),
    )
    assert ask(fake, filtering)["data"]["page_info"]["total_number"] == count


def test_pages_are_ten_rows_unless_asked_otherwise(fake, keep):
    keep(*[AccountPayment(AT, HUNDRED)] * 12)
    data = ask(fake, page="2")["data"]
    assert len(data["transaction_list"]) == 2
    assert data["page_info"] == {"page": 2, "page_size": 10, "total_number": 12, "total_page": 2}
