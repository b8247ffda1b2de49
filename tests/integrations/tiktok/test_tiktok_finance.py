"""Balances and costs as the client reads them from a Business Center."""

import json
from datetime import date
from decimal import Decimal

import pytest
import responses
from responses import matchers

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.finance import Balance, Cost, CostRecord
from tests.integrations.tiktok.recordings import BASE, TOKEN, client, play, recorded

CENTER, A, B = "7400000000000000909", "7400000000000000101", "7400000000000000202"
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)
BALANCES, COSTS = f"{BASE}/advertiser/balance/get/", f"{BASE}/bc/account/cost/get/"


def paged(key, *rows):
    info = {"page": 1, "page_size": 50, "total_number": len(rows), "total_page": 1}
    return {"code": 0, "request_id": "R1", "data": {key: list(rows), "page_info": info}}


def amounts(found):
    return [getattr(found, name) for name in ("total", "cash", "grant", "tax")]


@responses.activate
def test_the_recorded_balances_are_asked_for_and_read_as_recorded():
    play(recorded("advertiser_balance_get"))
    first, second = client().balances(TOKEN, CENTER)
    held = (Decimal("86.5"), Decimal("61.5"), Decimal("25.0"), Decimal("0.0"))
    assert first == Balance(A, "USD", *held, credit_line=None, payment_portfolio=None)
    assert (second.advertiser_id, second.currency, amounts(second)) == (B, "GBP", [Decimal(0)] * 4)


@responses.activate
def test_one_accounts_balance_is_asked_for_with_its_credit_line_and_no_other_is_taken_for_it():
    ours = {"advertiser_id": int(A), "balance_info": {"credit_balance": 300.25}, "payment_portfolio_id": "77"}
    asked = {"bc_id": CENTER, "filtering": json.dumps({"keyword": A}), "fields": '["balance_info"]'}
    responses.get(
        BALANCES,
        json=paged("advertiser_account_list", {"advertiser_id": f"9{A}"}, ours),
        match=[matchers.query_param_matcher({**asked, "page": "1", "page_size": "50"})],
    )
    assert client().balances(TOKEN, CENTER, A) == [
        Balance(A, None, None, None, None, None, Decimal("300.25"), "77")
    ]


@responses.activate
def test_the_recorded_costs_are_asked_for_and_read_as_recorded():
    play(recorded("bc_account_cost_get"))
    first, second = client().costs(TOKEN, CENTER, FIRST, LAST)
    assert first == Cost(A, "USD", *map(Decimal, ("552.25", "527.25", "25.0", "0.0")))
    assert (second.cash, second.tax) == (Decimal("240.0"), Decimal("48.0"))


@responses.activate
def test_one_accounts_costs_are_its_own():
    asked = {"start_date": "2026-10-01", "end_date": "2026-10-30", "keyword": A}
    query = {"bc_id": CENTER, "filtering": json.dumps(asked), "page": "1", "page_size": "50"}
    rows = [{"advertiser_id": one, "cash_amount": "1.10"} for one in (f"{A}9", A)]
    responses.get(COSTS, json=paged("cost_list", *rows), match=[matchers.query_param_matcher(query)])
    assert client().costs(TOKEN, CENTER, FIRST, LAST, A) == [Cost(A, None, None, Decimal("1.10"), None, None)]


@responses.activate
@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({}, "data.list.0.advertiser_id "),
        ({"advertiser_id": A, "cash_amount": "much"}, "data.list.0.cash_amount "),
        ({"advertiser_id": A, "cash_amount": True}, "data.list.0.cash_amount "),
        ({"advertiser_id": A, "currency": 7}, "data.list.0.currency "),
    ],
)
def test_a_wrong_shape_alerts_us_and_names_the_field(row, path):
    responses.get(COSTS, json=paged("cost_list", row))
    with pytest.raises(ProviderError) as caught:
        client().costs(TOKEN, CENTER, FIRST, LAST)
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


@responses.activate
def test_the_recorded_cost_records_are_asked_for_and_read_as_recorded():
    play(recorded("advertiser_transaction_get"))
    assert client().cost_records(TOKEN, CENTER, A, FIRST, LAST) == [
        CostRecord(date(2026, 10, 5), Decimal("18.0"), "USD")
    ]


@responses.activate
def test_the_records_of_another_account_are_not_taken_for_ours():
    rows = [{"advertiser_id": f"9{A}", "date": "2026-10-05 00:00:00", "amount": 18}]
    responses.get(f"{BASE}/advertiser/transaction/get/", json=paged("transaction_list", *rows))
    assert client().cost_records(TOKEN, CENTER, A, FIRST, LAST) == []
