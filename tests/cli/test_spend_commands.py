"""`spend show`: an ad account's days, bills and chart."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from receiver.storage import tables
from tests.cli.conftest import CommandRunner
from tests.db_factories import keep_account, keep_all, keep_day
from tests.factories import SETTLED

AT = datetime(2025, 11, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def show(container):
    run = CommandRunner(container, "spend", "show", "--advertiser", "7001")
    return lambda *words: run(*words).stdout


def test_bills_are_shown_with_the_moment_they_were_read(container, show):
    keep_account(container, bills_readable=True, bills_read_at=AT)
    keep_day(container, "40.00")
    with container.database.writing() as session:
        money = {"subtotal": Decimal("100.0"), "tax": Decimal("20.0"), "currency": "USD"}
        what = {"transaction_id": "11", "type": "BILL_PAYMENT", "billing": "CASH"}
        session.add(tables.PaymentRow(advertiser_id="7001", at=AT, read_at=AT, **what, **money))
    output = show()
    assert "bills_readable: yes\nbills_read_at:  2025-11-05T12:00:00Z\n" in output
    assert "2025-11-05T12:00:00Z  BILL_PAYMENT  CASH     100.00    20.00  USD       11\n" in output
    assert json.loads(show("--json"))["payments"][0]["subtotal"] == "100.00"


@pytest.mark.parametrize(("readable", "word"), [(None, "-"), (False, "no")])
def test_bills_never_asked_for_differ_from_bills_refused(container, show, readable, word):
    keep_account(container, bills_readable=readable)
    assert f"bills_readable: {word}\n" in show()
    assert "payments:       -\n" in show()


def test_the_spend_of_a_linked_store_is_drawn_with_the_next_poll_and_why(container, show, clock):
    clock.at = SETTLED
    keep_all(container)
    output = show()
    assert "next_poll:      2025-10-31T10:05:00Z\nwhy:            linked\n" in output
    assert "Example store\nwindow 2025-11-02 to 2025-12-01, over\n600.00 USD qualifying\n" in output
    assert " 500.00  ████████████████████  reached on 2025-11-02, gives 500.00 USD\n" in output
    assert "\x1b" not in output
    assert "days:" not in output


def test_json_stays_the_plain_figures(container, show, clock):
    clock.at = SETTLED
    keep_all(container)
    (day,) = json.loads(show("--json"))["days"]
    assert (day["date"], day["billed_cost"], day["final"]) == ("2025-11-02", "600.00", True)


def test_an_account_no_store_links_shows_its_figures_alone(container, show):
    keep_account(container)
    keep_day(container, "40.00")
    output = show()
    assert "2025-11-02  40.00  40.00" in output
    assert "window" not in output
