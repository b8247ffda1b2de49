"""Tests of the payment option that a ledger shows."""

from datetime import UTC, datetime

import pytest

from receiver.domain.facts import Payment
from receiver.domain.payment import derive_payment
from tests.factories import bill

AT = datetime(2025, 11, 5, tzinfo=UTC)


def rows(*kinds):
    return [bill("50", AT, kind) for kind in kinds]


OPTIONS = [
    # only automatic payment bills an account or tries its card
    (rows("BILL_PAYMENT"), "automatic"),
    (rows("CARD_VERIFICATION"), "automatic"),
    (rows("CARD_VERIFICATION_REFUND"), "automatic"),
    ([bill(None, None, "BILL_PAYMENT", billing=None)], "automatic"),
    # paying in first
    (rows("ADD_BALANCE"), "manual"),
    (rows("ADD_BALANCE", "PROMOTION_ISSUED", "REFUND"), "manual"),
    # both: nobody changes back, and an automatic account may be topped up
    (rows("ADD_BALANCE", "BILL_PAYMENT"), "automatic"),
    (rows("BILL_PAYMENT", "ADD_BALANCE"), "automatic"),
    # rows that show nothing
    ([], "unknown"),
    (rows("PROMOTION_ISSUED", "REFUND", "INCREASE_BALANCE", "A_NEW_WORD"), "unknown"),
    (rows("ADD_BALANCE", None), "unknown"),  # it may be a bill
]


@pytest.mark.parametrize(("payments", "option"), OPTIONS)
def test_the_option_a_whole_ledger_shows(payments, option):
    assert derive_payment(payments, ledger_whole=True) == option


@pytest.mark.parametrize(("payments", "option"), OPTIONS)
def test_a_ledger_with_gaps_never_shows_that_an_account_pays_by_hand(payments, option):
    derived = derive_payment(payments, ledger_whole=False)
    assert derived == (Payment.UNKNOWN if option == "manual" else option)
