"""Tests of third-party credit in an ad account's payments."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from receiver.domain.third_party_credit import OwnCredit, foreign_credit_issued, own_credit_arrivals
from tests.factories import bill

OPENS = date(2025, 7, 1)
AT = datetime(2025, 11, 5, tzinfo=UTC)
OWN = OwnCredit("aw_1", Decimal(500), AT)
SECOND = timedelta(seconds=1)


def credit_row(amount, at=AT):
    return bill(amount, at, "PROMOTION_ISSUED", billing="CREDIT")


CASES = [
    # other rows are no credit given
    ([], [], False),
    ([bill("50", AT), bill("50", AT, "ADD_BALANCE"), bill("50", AT, "PROMOTION_EXPIRED")], [], False),
    # credit since the programme opened, by the UTC date
    ([credit_row("50")], [], True),
    ([credit_row("50", datetime(2025, 7, 1, tzinfo=UTC))], [], True),
    ([credit_row("50", datetime(2025, 7, 1, tzinfo=UTC) - SECOND)], [], False),
    # our own is not somebody else's: the amount awarded, not before it was decided, once for each award
    ([credit_row("500")], [OWN], False),
    ([credit_row("500", AT - SECOND)], [OWN], True),
    ([credit_row("499.99")], [OWN], True),
    ([credit_row("500"), credit_row("500")], [OWN], True),
    ([credit_row("500"), credit_row("1500")], [OWN, OwnCredit("aw_2", Decimal(1500), AT)], False),
    (
        [credit_row("500", AT + SECOND), credit_row("500")],
        [OWN, OwnCredit("aw_2", Decimal(500), AT + SECOND)],
        False,
    ),
    ([bill("50", AT, "ADD_BALANCE"), credit_row("50")], [], True),
    # what a row does not say
    ([credit_row("50", None)], [], None),
    ([credit_row(None)], [], True),
    ([credit_row(None)], [OWN], None),
    ([credit_row("500"), credit_row(None)], [OWN], True),
    ([credit_row("50", None), credit_row("60")], [], True),
]


@pytest.mark.parametrize(("rows", "own", "answer"), CASES)
def test_credit_of_somebody_else(rows, own, answer):
    assert foreign_credit_issued(rows, own, OPENS, ledger_read=True) is answer


@pytest.mark.parametrize(("rows", "own", "answer"), CASES)
def test_a_ledger_that_was_not_read_never_says_there_was_none(rows, own, answer):
    unread = foreign_credit_issued(rows, own, OPENS, ledger_read=False)
    assert unread is (True if answer is True else None)


@pytest.mark.parametrize(("rows", "own", "answer"), CASES)
def test_the_order_of_payments_and_awards_never_matters(rows, own, answer):
    for payments, awards in product((rows, rows[::-1]), (own, own[::-1])):
        assert foreign_credit_issued(payments, awards, OPENS, ledger_read=True) is answer


def test_each_award_is_shown_the_row_by_which_its_credit_arrived():
    second = OwnCredit("aw_2", Decimal(500), AT + SECOND)
    early, late = credit_row("500"), credit_row("500", AT + SECOND)
    rows = [late, bill("500", AT, "ADD_BALANCE"), early, credit_row("500", None), credit_row("60")]
    assert own_credit_arrivals(rows, [OWN, second]) == {"aw_1": early, "aw_2": late}
    assert own_credit_arrivals([early], [OWN, second]) == {"aw_1": early}
    assert own_credit_arrivals([], [OWN]) == {}
