"""The ledger as the client reads it: every row, once, exact, in UTC."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import responses

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.transactions import LedgerTransaction
from tests.integrations.tiktok.recordings import ACCOUNT, BASE, TOKEN, client, play, recorded

URL = f"{BASE}/bc/account/transaction/get/"
CENTER = "7400000000000000909"
AUTOMATIC = "7400000000000000202"
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)


def read(account=ACCOUNT, first=FIRST, last=LAST, **options):
    return client(**options).transactions(TOKEN, CENTER, account, first, last)


def refusal() -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        read()
    return caught.value


def ledger_row(number=1, **changes):
    valid = {
        "transaction_id": f"740000000000000000{number}",
        "account_id": ACCOUNT,
        "transaction_type": "BILL_PAYMENT",
        "billing_type": "CASH",
        "amount": 120.0,
        "subtotal": 100.0,
        "tax_amount": 20.0,
        "currency": "USD",
        "timezone": "UTC-05:00",
        "create_time": "2026-10-12 04:00:00",
    }
    return {**valid, **changes}


def ledger_page(*rows, key="transaction_list", number=1, pages=1, total=None):
    info = {"page": number, "page_size": 50, "total_number": len(rows) if total is None else total}
    return {key: list(rows), "page_info": {**info, "total_page": pages}}


def answer_with(data):
    responses.get(URL, json={"code": 0, "message": "OK", "request_id": "R1", "data": data})


def only_row(**changes) -> LedgerTransaction:
    answer_with(ledger_page(ledger_row(**changes)))
    (transaction,) = read()
    return transaction


# As recorded


@responses.activate
def test_the_recorded_ledger_of_an_automatic_account_is_asked_for_and_read_as_recorded():
    play(recorded("bc_account_transaction_get_automatic"))
    rows = read(AUTOMATIC)
    assert [row.type for row in rows] == [
        "CARD_VERIFICATION",
        "CARD_VERIFICATION_REFUND",
        "BILL_PAYMENT",
        "BILL_PAYMENT",
    ]
    assert rows[2] == LedgerTransaction(
        id="7400000000000000013",
        type="BILL_PAYMENT",
        billing="CASH",
        subtotal=Decimal("100.0"),
        tax=Decimal("20.0"),
        currency="GBP",
        at=datetime(2026, 10, 12, 3, 0, tzinfo=UTC),
    )


@responses.activate
def test_the_recorded_ledger_of_a_manual_account_is_asked_for_and_read_as_recorded():
    play(recorded("bc_account_transaction_get_manual"))
    assert [(row.type, row.billing, row.subtotal, row.at.day) for row in read()] == [
        ("ADD_BALANCE", "CASH", Decimal(500), 1),
        ("PROMOTION_ISSUED", "CREDIT", Decimal(50), 19),
        ("ADD_BALANCE", "CASH", Decimal(100), 25),
        ("REFUND", "CASH", Decimal(10), 30),
    ]


# One row


@responses.activate
@pytest.mark.parametrize("key", ["transaction_list", "transactions", "transaction", "list"])
def test_the_list_is_found_under_each_of_its_names(key):
    answer_with(ledger_page(ledger_row(), key=key))
    assert len(read()) == 1


@responses.activate
@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("UTC-05:00", datetime(2026, 10, 12, 9, 0, tzinfo=UTC)),
        ("UTC+00:00", datetime(2026, 10, 12, 4, 0, tzinfo=UTC)),
        ("UTC+05:45", datetime(2026, 10, 11, 22, 15, tzinfo=UTC)),
        ("UTC+14:00", datetime(2026, 10, 11, 14, 0, tzinfo=UTC)),
        ("", None),
        ("-", None),
        (None, None),
    ],
)
def test_a_rows_time_goes_by_its_own_offset_and_is_unknown_without_one(zone, at):
    moment = only_row(timezone=zone).at
    assert (moment, moment and moment.tzinfo) == (at, at and UTC)


@responses.activate
@pytest.mark.parametrize("zone", ["UTC+07:00", "UTC-05:00"])
@pytest.mark.parametrize("at", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_a_time_of_a_year_that_is_nobodys_is_unknown(at, zone):
    assert only_row(create_time=at, timezone=zone).at is None


@responses.activate
def test_what_tiktok_does_not_say_is_unknown_and_not_zero():
    silent = dict.fromkeys(("transaction_type", "billing_type", "subtotal", "currency", "create_time"), "-")
    assert only_row(**silent, tax_amount=None) == LedgerTransaction(
        "7400000000000000001", None, None, None, None, None, None
    )


@responses.activate
def test_money_never_passes_a_float():
    body = json.dumps({"code": 0, "data": ledger_page(ledger_row(subtotal="MARK"))})
    responses.get(URL, body=body.replace('"MARK"', "90071992547409.93"))
    assert read()[0].subtotal == Decimal("90071992547409.93")


@responses.activate
def test_an_id_written_as_a_number_keeps_every_digit():
    assert only_row(transaction_id=7400000000000000123).id == "7400000000000000123"


@responses.activate
@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"transaction_id": None}, "data.list.0.transaction_id "),
        ({"account_id": ""}, "data.list.0.account_id "),
        ({"subtotal": "1e3"}, "data.list.0.subtotal "),
        ({"create_time": "12.10.2026"}, "data.list.0.create_time "),
        ({"create_time": 1790867045}, "data.list.0.create_time "),
        ({"timezone": "Mars/Olympus"}, "data.list.0.timezone "),
    ],
)
def test_a_wrong_shape_alerts_us_and_names_the_field(changes, path):
    answer_with(ledger_page(ledger_row(**changes)))
    error = refusal()
    assert (error.advice, path in str(error)) == (Advice.CONFIGURATION, True)


@responses.activate
@pytest.mark.parametrize("data", [None, [], {}, {"rows": []}, {"transaction_list": []}])
def test_an_answer_without_a_list_or_its_page_is_not_an_empty_ledger(data):
    answer_with(data)
    assert refusal().advice is Advice.CONFIGURATION


@responses.activate
def test_a_bill_below_zero_is_refused():
    answer_with(ledger_page(ledger_row(subtotal=-100.0)))
    assert refusal().advice is Advice.CONFIGURATION


@responses.activate
def test_the_sign_of_a_refund_is_as_tiktok_writes_it():
    assert only_row(transaction_type="REFUND", subtotal=-100.0).subtotal == Decimal(-100)


# Pages and spans


@responses.activate
def test_every_page_is_read_and_none_is_larger_than_tiktok_allows():
    answer_with(ledger_page(ledger_row(1), ledger_row(2), pages=2, total=3))
    answer_with(ledger_page(ledger_row(3), number=2, pages=2, total=3))
    assert [row.id[-1] for row in read(page_size=1000)] == ["1", "2", "3"]
    requested_pages = [
        (call.request.params["page"], call.request.params["page_size"]) for call in responses.calls
    ]
    assert requested_pages == [("1", "50"), ("2", "50")]


@responses.activate
def test_payments_alike_but_for_their_id_each_count():
    answer_with(ledger_page(ledger_row(1), ledger_row(2)))
    assert len(read()) == 2


@responses.activate
@pytest.mark.parametrize(
    "second",
    [
        ledger_page(ledger_row(1), number=2, pages=2, total=2),  # pushed over the edge of its page
        ledger_page(ledger_row(2), number=2, pages=2, total=3),  # grown meanwhile
        ledger_page(number=2, pages=2, total=2),  # a row is missing
        ledger_page(ledger_row(2, account_id="7002"), number=2, pages=2, total=2),  # another's money
    ],
)
def test_a_ledger_that_contradicts_itself_is_read_again_later(second):
    answer_with(ledger_page(ledger_row(1), pages=2, total=2))
    answer_with(second)
    assert refusal().advice is Advice.AGAIN


@responses.activate
def test_more_than_a_year_is_asked_for_in_spans():
    answer_with(ledger_page(pages=0))
    assert read(first=date(2025, 1, 1), last=date(2026, 1, 1)) == []
    filters = [json.loads(call.request.params["filtering"]) for call in responses.calls]
    assert [(item["start_time"], item["end_time"]) for item in filters] == [
        ("2025-01-01 00:00:00", "2025-12-31 23:59:59"),
        ("2026-01-01 00:00:00", "2026-01-01 23:59:59"),
    ]


# Faults


@responses.activate
@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("error_40001_no_permission", Advice.GIVE_UP),
        ("error_40105_token_invalid", Advice.REAUTHORISE),
        ("error_40133_advertiser_rate_limit", Advice.PAUSE_ADVERTISER),
        ("error_50000_system", Advice.AGAIN),
        ("error_http_502_html", Advice.AGAIN),
        ("partial_success_20001", Advice.AGAIN),
    ],
)
def test_a_recorded_fault_becomes_its_advice_here_too(name, advice):
    fault = recorded(name)
    fault["request"]["url"] = URL
    fault["request"].pop("query", None)
    play(fault)
    assert refusal().advice is advice
