"""Balances as the client reads them from a Business Center."""

import json
from decimal import Decimal

import pytest
import responses
from responses import matchers

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.finance import Balance
from tests.integrations.tiktok.recordings import BASE, TOKEN, client, play, recorded

CENTER, A, B = "7400000000000000909", "7400000000000000101", "7400000000000000202"
BALANCES = f"{BASE}/advertiser/balance/get/"


def paged(key, *rows):
    info = {"page": 1, "page_size": 50, "total_number": len(rows), "total_page": 1}
    return {"code": 0, "request_id": "R1", "data": {key: list(rows), "page_info": info}}


def amounts(balance):
    return [getattr(balance, name) for name in ("total", "cash", "grant", "tax")]


@responses.activate
def test_the_recorded_balances_are_asked_for_and_read_as_recorded():
    play(recorded("advertiser_balance_get"))
    first, second = client().balances(TOKEN, CENTER)
    figures = (Decimal("86.5"), Decimal("61.5"), Decimal("25.0"), Decimal("0.0"))
    assert first == Balance(A, "USD", *figures, credit_line=None, payment_portfolio=None)
    assert (second.advertiser_id, second.currency, amounts(second)) == (B, "GBP", [Decimal(0)] * 4)


@responses.activate
def test_one_accounts_balance_is_asked_for_with_its_credit_line_and_no_other_is_taken_for_it():
    ours = {"advertiser_id": int(A), "balance_info": {"credit_balance": 300.25}, "payment_portfolio_id": "77"}
    query = {"bc_id": CENTER, "filtering": json.dumps({"keyword": A}), "fields": '["balance_info"]'}
    responses.get(
        BALANCES,
        json=paged("advertiser_account_list", {"advertiser_id": f"9{A}"}, ours),
        match=[matchers.query_param_matcher({**query, "page": "1", "page_size": "50"})],
    )
    assert client().balances(TOKEN, CENTER, A) == [
        Balance(A, None, None, None, None, None, Decimal("300.25"), "77")
    ]


@responses.activate
@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({}, "data.list.0.advertiser_id "),
        ({"advertiser_id": A, "cash_balance": "much"}, "data.list.0.cash_balance "),
        ({"advertiser_id": A, "cash_balance": True}, "data.list.0.cash_balance "),
        ({"advertiser_id": A, "currency": 7}, "data.list.0.currency "),
    ],
)
def test_a_wrong_shape_alerts_us_and_names_the_field(row, path):
    responses.get(BALANCES, json=paged("advertiser_account_list", row))
    with pytest.raises(ProviderError) as caught:
        client().balances(TOKEN, CENTER)
    assert path in str(caught.value)
    assert caught.value.advice is Advice.CONFIGURATION


@responses.activate
def test_an_account_that_comes_twice_makes_the_answer_doubtful():
    responses.get(BALANCES, json=paged("advertiser_account_list", *[{"advertiser_id": A}] * 2))
    with pytest.raises(ProviderError, match="twice"):
        client().balances(TOKEN, CENTER)


@responses.activate
def test_a_business_center_that_may_not_be_read_says_so():
    responses.get(BALANCES, json={"code": 40001, "message": "no", "data": {}})
    with pytest.raises(ProviderError) as caught:
        client().balances(TOKEN, CENTER)
    assert caught.value.advice is Advice.GIVE_UP
