"""What is too much for TikTok is asked for in smaller parts: never the same again, all of it or nothing."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from receiver.errors import Advice, ProviderError
from tests.integrations.tiktok.recordings import ACCOUNT, BASE, REPORT_URL, TOKEN, client, page, row

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)
LEDGER = f"{BASE}/bc/account/transaction/get/"

Span = tuple[date, date]


@pytest.fixture
def spans():
    """The requested spans, in order."""
    return []


def length(span: Span) -> int:
    return (span[1] - span[0]).days + 1


def answer_reports(
    spans: list[Span], too_much: Callable[[Span], bool], data: Callable[[Span], object]
) -> None:
    """Answer report calls with the data of their span, or with a timeout where the span is too long."""

    def answer(request):
        query = parse_qs(urlsplit(request.url).query)
        span = (date.fromisoformat(query["start_date"][0]), date.fromisoformat(query["end_date"][0]))
        spans.append(span)
        if too_much(span):
            raise requests.ReadTimeout("slow")
        return 200, {}, json.dumps({"code": 0, "message": "OK", "request_id": "R1", "data": data(span)})

    responses.add_callback(responses.GET, REPORT_URL, answer)


def by_day(span: Span) -> object:
    return page(*(row(str(span[0] + timedelta(days=n))) for n in range(length(span))))


def in_total(span: Span) -> object:
    metrics = {"spend": f"{length(span)}.10", "billed_cost": "-", "currency": "USD"}
    return page({"dimensions": {"advertiser_id": ACCOUNT}, "metrics": metrics})


def daily():
    return client().daily_spend(TOKEN, ACCOUNT, FIRST, LAST)


@responses.activate
@pytest.mark.parametrize("most", [30, 15, 7, 2, 1])
def test_a_report_that_takes_too_long_is_read_whole_in_shorter_spans(spans, most):
    answer_reports(spans, lambda span: length(span) > most, by_day)
    assert [day.date for day in daily()] == [FIRST + timedelta(days=n) for n in range(30)]


@responses.activate
def test_no_span_that_took_too_long_is_asked_for_again(spans):
    answer_reports(spans, lambda span: length(span) > 7, by_day)
    daily()
    assert [length(span) for span in spans] == [30, 15, 7, 7, 7, 7, 2]
    assert len(set(spans)) == len(spans)


@responses.activate
def test_one_slow_date_spoils_the_reading_and_nothing_of_it_is_kept(spans):
    slow = date(2026, 10, 3)
    answer_reports(spans, lambda span: span[0] <= slow <= span[1], by_day)
    with pytest.raises(ProviderError) as caught:
        daily()
    assert caught.value.advice is Advice.NARROW
    assert spans[-1] == (slow, slow)
    assert [length(span) for span in spans] == [30, 15, 7, 3, 1, 1, 1]


@responses.activate
def test_another_fault_is_not_narrowed(spans):
    answer_reports(spans, lambda _: False, lambda _: None)
    with pytest.raises(ProviderError):
        daily()
    assert len(spans) == 1


@responses.activate
@pytest.mark.parametrize(("most", "total"), [(90, "90.10"), (50, "90.20"), (30, "90.50")])
def test_a_total_that_takes_too_long_is_the_sum_of_shorter_ones(spans, most, total):
    answer_reports(spans, lambda span: length(span) > most, in_total)
    assert client().total_spend(TOKEN, ACCOUNT, FIRST, FIRST + timedelta(days=89)) == Decimal(total)


@responses.activate
def test_a_total_with_an_unknown_part_is_unknown(spans):
    def data(span):
        report_page = in_total(span)
        if span[0] > FIRST:
            report_page["list"][0]["metrics"]["spend"] = "-"
        return report_page

    answer_reports(spans, lambda span: length(span) > 45, data)
    assert client().total_spend(TOKEN, ACCOUNT, FIRST, FIRST + timedelta(days=89)) is None


@responses.activate
def test_a_gateway_that_gave_up_waiting_is_a_report_that_takes_too_long():
    responses.get(REPORT_URL, status=504, body="<html>Gateway Time-out</html>")
    with pytest.raises(ProviderError):
        daily()
    assert len(responses.calls) == 5  # 30, 15, 7, 3, 1


@responses.activate
def test_a_ledger_that_takes_too_long_is_read_in_shorter_spans():
    def answer(request):
        filtering = json.loads(parse_qs(urlsplit(request.url).query)["filtering"][0])
        if (filtering["start_time"][:10], filtering["end_time"][:10]) == (str(FIRST), str(LAST)):
            raise requests.ReadTimeout("slow")
        info = {"page": 1, "page_size": 50, "total_number": 1, "total_page": 1}
        payment = {"transaction_id": filtering["start_time"][8:10], "account_id": ACCOUNT}
        return 200, {}, json.dumps({"code": 0, "data": {"transaction_list": [payment], "page_info": info}})

    responses.add_callback(responses.GET, LEDGER, answer)
    rows = client().transactions(TOKEN, "7400000000000000909", ACCOUNT, FIRST, LAST)
    assert [item.id for item in rows] == ["01", "16"]


@responses.activate
def test_too_many_ids_are_asked_for_in_smaller_batches():
    sizes = []

    def answer(request):
        ids = json.loads(parse_qs(urlsplit(request.url).query)["advertiser_ids"][0])
        sizes.append(len(ids))
        if len(ids) > 30:
            return 200, {}, json.dumps({"code": 40011, "message": "too many", "data": {}})
        return 200, {}, json.dumps({"code": 0, "data": {"list": [{"advertiser_id": item} for item in ids]}})

    responses.add_callback(responses.GET, f"{BASE}/advertiser/info/", answer)
    ids = [str(number) for number in range(7001, 7111)]
    assert [info.advertiser_id for info in client().advertiser_info(TOKEN, ids)] == ids
    assert sizes == [100, 50, 25, 25, 25, 25, 10]
