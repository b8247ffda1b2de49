"""What is known of an account's money, on the command line."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from receiver.app import create_app
from receiver.storage import tables
from tests.rows import keep_account, keep_day

AT = datetime(2025, 11, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def show(wired):
    runner = create_app(wired=wired).test_cli_runner()
    return lambda *words: runner.invoke(args=["spend", "show", "--advertiser", "7001", *words]).stdout


def test_bills_are_shown_with_the_moment_they_were_read(wired, show):
    keep_account(wired, bills_readable=True, bills_read_at=AT)
    keep_day(wired, "40.00")
    with wired.database.writing() as session:
        money = {"subtotal": Decimal("100.0"), "tax": Decimal("20.0"), "currency": "USD"}
        what = {"transaction_id": "11", "type": "BILL_PAYMENT", "billing": "CASH"}
        session.add(tables.PaymentRow(advertiser_id="7001", at=AT, read_at=AT, **what, **money))
    told = show()
    assert "bills_readable: yes\nbills_read_at:  2025-11-05T12:00:00Z\n" in told
    assert "2025-11-05T12:00:00Z  BILL_PAYMENT  CASH     100.00    20.00  USD       11\n" in told
    assert json.loads(show("--json"))["payments"][0]["subtotal"] == "100.00"


@pytest.mark.parametrize(("readable", "word"), [(None, "-"), (False, "no")])
def test_bills_never_asked_for_differ_from_bills_refused(wired, show, readable, word):
    keep_account(wired, bills_readable=readable)
    assert f"bills_readable: {word}\n" in show()
    assert "payments:       -\n" in show()
