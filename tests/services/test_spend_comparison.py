"""What every source of an account's money says, side by side."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from receiver.errors import NotFound, Refused
from receiver.integrations.tiktok.client import TikTokClient
from receiver.integrations.tiktok.finance import Cost
from receiver.sandbox.tiktok.accounts import AccountDay, AccountPayment, SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.faults import Fault
from receiver.services.polling.compare import compare
from receiver.services.polling.poll import poll_account
from tests.db_factories import keep_account, keep_link, keep_store
from tests.factories import OPEN
from tests.fakes import FrozenClock
from tests.serving import served

ID = "7001"
REPORTS = ["kept here", "report", "GMV Max report"]
CENTERS = ["Business Center report", "Business Center cost", "Business Center records"]


@pytest.fixture
def faults():
    return set()


@pytest.fixture
def tiktok(container, faults):
    """The fake over HTTP: ten dates of 50.00 cash and 5.00 credit, in a Business Center."""
    days = {date(2025, 11, 2) + timedelta(days=n): AccountDay(Decimal(50), Decimal(5)) for n in range(10)}
    paid = AccountPayment(datetime(2025, 11, 1, tzinfo=UTC), Decimal(800), type="ADD_BALANCE")
    account = SandboxAccount(
        ID, "Store", f"token-of-{ID}", business_center="6001", days=days, payments=[paid]
    )
    keep_store(container)
    keep_link(container)
    keep_account(container, spend_read_at=None)
    with served(create_tiktok({ID: account}, FrozenClock(OPEN), lambda _: faults)) as address:
        yield TikTokClient(f"{address}/open_api/v1.3")


@pytest.fixture
def polled(container, tiktok):
    container.now.at = OPEN
    poll_account(container.database, container.cipher, tiktok, OPEN, ID)
    return container


def asked(container, tiktok):
    return compare(container.database, container.cipher, tiktok, OPEN, ID)


def test_every_source_is_asked_over_the_windows_dates_so_far(polled, tiktok):
    told = asked(polled, tiktok)
    assert (told["first_date"], told["last_date"]) == (date(2025, 11, 2), OPEN.date())
    assert [row["source"] for row in told["sources"]] == REPORTS + CENTERS
    money = {row["source"]: (row["spend"], row["cash"], row["credit"]) for row in told["sources"]}
    whole = ("550.00", "500.00", "50.00")
    assert money["kept here"] == money["report"] == whole
    assert money["Business Center report"] == money["Business Center cost"] == whole
    assert money["Business Center records"] == ("550.00", None, None)
    assert told["campaigns"] == "1, switched on: 1"
    assert told["balance"] == "cash 300.00, ad credit 0.00"
    assert told["apart"] == []


def test_sources_that_differ_by_more_than_a_hundredth_are_named(polled, tiktok, monkeypatch):
    other = Cost(ID, "USD", Decimal(550), Decimal("494.00"), Decimal(56), None)
    monkeypatch.setattr(tiktok, "costs", lambda *_: [other])
    assert asked(polled, tiktok)["apart"] == ["cash", "credit"]
    close = replace(other, cash=Decimal("495.00"), grant=Decimal("49.50"))
    monkeypatch.setattr(tiktok, "costs", lambda *_: [close])
    assert asked(polled, tiktok)["apart"] == []


def test_a_source_that_cannot_be_read_says_why_and_is_not_zero(polled, tiktok, faults):
    faults.add(Fault.NO_PERMISSION)
    told = asked(polled, tiktok)
    first, *others = told["sources"]
    assert first["spend"] == "550.00"
    assert all(row["spend"] is None and "(code 40001)" in row["note"] for row in others)
    assert "(code 40001)" in told["balance"]
    assert told["apart"] == []


def test_without_a_business_center_its_sources_are_named_as_out_of_reach(container, tiktok):
    keep_account(container, "7002", business_center=None)
    keep_store(container, "st_2")
    keep_link(container, "st_2", "7002")
    told = compare(container.database, container.cipher, tiktok, OPEN, "7002")
    unread = [row for row in told["sources"] if row["source"] in CENTERS]
    assert {row["note"] for row in unread} == {"the account is in no Business Center that the consent shows"}
    assert told["balance"] is None


def test_an_account_without_consent_or_never_read_or_unknown_is_refused(container, tiktok):
    keep_store(container, "st_2")
    keep_link(container, "st_2", "7002", consent=False, token_sealed=None)
    keep_account(container, "7002")
    with pytest.raises(Refused, match="no consent"):
        compare(container.database, container.cipher, tiktok, OPEN, "7002")
    keep_account(container, "7003", timezone=None)
    keep_store(container, "st_3")
    keep_link(container, "st_3", "7003")
    with pytest.raises(Refused, match="never read"):
        compare(container.database, container.cipher, tiktok, OPEN, "7003")
    with pytest.raises(NotFound):
        compare(container.database, container.cipher, tiktok, OPEN, "7009")
