"""Spend as the client reads it: whole, exact, and never half."""

import json
from datetime import date
from decimal import Decimal

import pytest
import responses
from responses import matchers

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.reports import ReportedDay
from tests.integrations.tiktok.recordings import (
    ACCOUNT,
    REPORT_URL,
    TOKEN,
    answer_with,
    client,
    page,
    play,
    recorded,
    row,
)

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 30)


def read(first=FIRST, last=LAST, page_size=10):
    return client(page_size=page_size).daily_spend(TOKEN, ACCOUNT, first, last)


def advice_of(call=read):
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value.advice


def play_pages():
    paged = recorded("report_integrated_30_days_paged")
    for pair in paged["pages"]:
        play(pair)
    answer_in_total(**{name: paged["totals"][name] for name in ("spend", "billed_cost")})
    return paged


def answer_in_total(**money):
    """Answer reports without a time dimension, each time."""
    item = row("2026-10-01", **money)
    del item["dimensions"]["stat_time_day"]
    matcher = matchers.query_param_matcher({"dimensions": json.dumps(["advertiser_id"])}, strict_match=False)
    answer_with(page(item), match=[matcher])


# By day


@responses.activate
def test_the_recorded_pages_are_asked_for_as_recorded_and_add_up():
    paged = play_pages()
    days = read()
    assert len(days) == 27
    for metric, total in paged["totals"].items():
        assert sum(getattr(day, metric) for day in days) == Decimal(total)
    assert days[0] == ReportedDay(FIRST, *map(Decimal, ("19.25", "19.25", "19.25", "0.00")), "USD")


@responses.activate
def test_days_without_delivery_are_absent():
    play_pages()
    assert date(2026, 10, 4) not in {day.date for day in read()}


@responses.activate
def test_no_delivery_at_all_is_an_empty_list():
    play(recorded("report_integrated_empty"))
    assert read(page_size=1000) == []


@responses.activate
def test_a_figure_that_is_not_there_yet_is_unknown_and_not_zero():
    play(recorded("report_integrated_cash_not_final"))
    days = read(first=date(2026, 10, 28), page_size=1000)
    assert [day.cash_spend for day in days] == [Decimal("21.75"), Decimal(0), None]
    assert days[-1] == ReportedDay(LAST, Decimal("18.00"), Decimal("9.40"), None, None, "USD")


@responses.activate
def test_a_metric_tiktok_leaves_out_is_unknown():
    bare = row("2026-10-01")
    del bare["metrics"]["cash_spend"]
    answer_with(page(bare))
    assert read()[0].cash_spend is None


@responses.activate
def test_money_written_as_a_number_never_passes_a_float():
    body = json.dumps({"code": 0, "data": page(row("2026-10-01", spend="MARK"))})
    responses.get(REPORT_URL, body=body.replace('"MARK"', "90071992547409.93"))
    assert read()[0].spend == Decimal("90071992547409.93")


@responses.activate
def test_days_come_in_order_whatever_tiktoks_order():
    answer_with(page(row("2026-10-05"), row("2026-10-02")))
    assert [day.date.day for day in read()] == [5, 2][::-1]


@responses.activate
@pytest.mark.parametrize(
    ("first", "last", "spans"),
    [
        (date(2026, 10, 1), date(2026, 10, 30), [("2026-10-01", "2026-10-30")]),
        (
            date(2026, 10, 1),
            date(2026, 10, 31),
            [("2026-10-01", "2026-10-30"), ("2026-10-31", "2026-10-31")],
        ),
        (date(2026, 10, 2), date(2026, 10, 1), []),
    ],
)
def test_a_call_asks_for_thirty_dates_at_most(first, last, spans):
    answer_with(page(pages=0))
    read(first, last)
    requested_spans = [
        (call.request.params["start_date"], call.request.params["end_date"]) for call in responses.calls
    ]
    assert requested_spans == spans


# Pages that lie


@responses.activate
@pytest.mark.parametrize(
    "second",
    [
        page(row("2026-10-02"), number=2, pages=3, total=2),  # grown by a page
        page(row("2026-10-02"), number=2, pages=1, total=2),  # shrunk by a page
        page(row("2026-10-02"), number=2, pages=2, total=3),  # grown by a row
        page(row("2026-10-02"), number=1, pages=2, total=2),  # not the page asked for
        page(number=2, pages=2, total=2),  # a row is missing
        page(row("2026-10-02"), row("2026-10-03"), number=2, pages=2, total=2),  # a row too many
        page(row("2026-10-01", spend="9.99"), number=2, pages=2, total=2),  # two answers for a date
        page(row("2026-10-02", advertiser_id="7002"), number=2, pages=2, total=2),  # another's money
        page(row("2026-09-30"), number=2, pages=2, total=2),  # not a date asked for
    ],
)
def test_a_report_that_contradicts_itself_is_read_again_later(second):
    answer_with(page(row("2026-10-01"), pages=2, total=2))
    answer_with(second)
    assert advice_of() is Advice.AGAIN


def by_day(*pages, **more):
    query = {"dimensions": json.dumps(["advertiser_id", "stat_time_day"]), **more}
    match = [matchers.query_param_matcher(query, strict_match=False)]
    for data in pages:
        answer_with(data, match=match)


TWICE = row("2026-10-01", spend="60.00", billed_cost="60.00")
MISSED = row("2026-10-02", spend="480.00", billed_cost="480.00")


@responses.activate
def test_the_same_row_twice_counts_once_where_it_makes_the_reports_total():
    answer_in_total(spend="60.00", billed_cost="60.00")
    by_day(page(TWICE, TWICE))
    assert [day.spend for day in read()] == [Decimal("60.00")]


@responses.activate
def test_a_row_seen_twice_while_another_was_missed_is_read_again_at_once():
    answer_in_total(spend="540.00", billed_cost="540.00")
    by_day(page(TWICE, pages=2, total=2), page(TWICE, number=2, pages=2, total=2))
    by_day(page(TWICE, pages=2, total=2), page(MISSED, number=2, pages=2, total=2))
    assert [day.spend for day in read()] == [Decimal("60.00"), Decimal("480.00")]


@responses.activate
@pytest.mark.parametrize("second", [TWICE, row("2026-10-02", spend="479.00", billed_cost="480.00")])
def test_rows_that_never_make_the_reports_total_are_no_report(second):
    answer_in_total(spend="540.00", billed_cost="540.00")
    by_day(page(TWICE, pages=2, total=2), page="1")
    by_day(page(second, number=2, pages=2, total=2), page="2")
    assert advice_of() is Advice.AGAIN
    assert len(responses.calls) == 3 * 3  # two pages and the total, three times


@responses.activate
def test_a_figure_that_is_not_there_yet_contradicts_no_total():
    answer_in_total(spend="540.00", billed_cost="60.00")
    late = row("2026-10-02", spend="480.00", billed_cost="-")
    by_day(page(TWICE, pages=2, total=2), page(late, number=2, pages=2, total=2))
    assert [day.billed_cost for day in read()] == [Decimal("60.00"), None]


@responses.activate
def test_a_promise_of_endless_pages_is_not_followed():
    answer_with(page(row("2026-10-01"), pages=10**6, total=10**7))
    assert advice_of() is Advice.AGAIN
    assert len(responses.calls) == 1


@responses.activate
def test_a_fault_on_a_later_page_leaves_nothing_half_read():
    answer_with(page(row("2026-10-01"), pages=2, total=2))
    responses.get(REPORT_URL, json={"code": 50000, "message": "", "request_id": "R2", "data": {}})
    assert advice_of() is Advice.AGAIN


# Metrics that do not fit together


def play_metrics(metrics, **answer):
    matcher = matchers.query_param_matcher({"metrics": json.dumps(metrics)}, strict_match=False)
    responses.get(REPORT_URL, json={"request_id": "R1", **answer}, match=[matcher])


ALL = ["spend", "billed_cost", "cash_spend", "voucher_spend", "currency"]
COST, CASH = [*ALL[:2], "currency"], ALL[2:]


def with_currency(request):
    return "currency" in request.params["metrics"], "no currency is asked for"


def part(day, *names):
    whole = row(day)
    return {**whole, "metrics": {name: whole["metrics"][name] for name in (*names, "currency")}}


@responses.activate
def test_four_metrics_refused_together_are_asked_for_in_two_halves():
    play_metrics(ALL, code=40002)
    rows = [part("2026-10-01", *ALL[:2]), part("2026-10-02", *ALL[:2])]
    play_metrics(COST, code=0, data=page(*rows))
    play_metrics(CASH, code=0, data=page(part("2026-10-01", *ALL[2:4])))
    item = Decimal("1.00")
    assert read() == [
        ReportedDay(date(2026, 10, 1), item, item, item, Decimal("0.00"), "USD"),
        ReportedDay(date(2026, 10, 2), item, item, None, None, "USD"),
    ]


@responses.activate
def test_one_half_without_the_other_is_no_answer():
    play_metrics(ALL, code=40002)
    play_metrics(COST, code=0, data=page(part("2026-10-01", *ALL[:2])))
    play_metrics(CASH, code=50000)
    assert advice_of() is Advice.AGAIN


@responses.activate
@pytest.mark.parametrize("name", ALL[:4])
def test_a_metric_that_is_refused_by_itself_leaves_the_others_as_they_are(name):
    rest = [metric for metric in ALL[:4] if metric != name]
    play_metrics(ALL, code=40002)
    for half in (COST, CASH):
        if name in half:
            play_metrics(half, code=40002)
            for metric in half[:2]:
                item = [metric, "currency"]
                answer = {"code": 0, "data": page(part("2026-10-01", metric))}
                play_metrics(item, **({"code": 40002} if metric == name else answer))
        else:
            play_metrics(half, code=0, data=page(part("2026-10-01", *half[:2])))
    (day,) = read()
    assert (day.refused, getattr(day, name), day.currency) == ((name,), None, "USD")
    assert None not in [getattr(day, metric) for metric in rest]


@responses.activate
def test_a_currency_that_is_refused_leaves_the_money_as_it_is():
    responses.get(REPORT_URL, json={"code": 40002, "request_id": "R1"}, match=[with_currency])
    bare = row("2026-10-01")
    del bare["metrics"]["currency"]
    play_metrics(ALL[:4], code=0, data=page(bare))
    assert [(day.spend, day.currency, day.refused) for day in read()] == [(Decimal("1.00"), None, ())]


@responses.activate
def test_a_report_that_is_refused_whatever_is_asked_for_is_refused():
    responses.get(REPORT_URL, json={"code": 40002, "message": "", "request_id": "R1"})
    assert advice_of() is Advice.CONFIGURATION


@responses.activate
def test_another_refusal_is_not_asked_around():
    responses.get(REPORT_URL, json={"code": 40105, "message": "", "request_id": "R1"})
    assert advice_of() is Advice.REAUTHORISE
    assert len(responses.calls) == 1


# In total


def total():
    return client().total_spend(TOKEN, ACCOUNT, date(2026, 7, 3), date(2026, 9, 30))


def total_page(*spends):
    rows = [row("2026-10-01", spend=spend) for spend in spends]
    for item in rows:
        del item["dimensions"]["stat_time_day"]
    return page(*rows)


@responses.activate
def test_the_ninety_days_before_are_asked_for_and_read_as_recorded():
    play(recorded("report_integrated_90_days_no_time_dimension"))
    assert total() == Decimal(0)


@responses.activate
@pytest.mark.parametrize(
    ("spends", "expected"), [([], Decimal(0)), (["12.50"], Decimal("12.50")), (["-"], None)]
)
def test_no_row_is_zero_and_a_dash_is_unknown(spends, expected):
    answer_with(total_page(*spends))
    assert total() == expected


@responses.activate
@pytest.mark.parametrize(
    "data",
    [
        total_page("1.00", "2.00"),
        page(row("2026-10-01", advertiser_id="7002")),
        page(pages=1, total=1),
    ],
)
def test_a_total_that_contradicts_itself_is_read_again_later(data):
    answer_with(data)
    assert advice_of(total) is Advice.AGAIN


@responses.activate
def test_an_empty_list_in_an_answer_that_failed_is_not_zero():
    responses.get(REPORT_URL, json={"code": 20001, "request_id": "R1", "data": page()})
    assert advice_of(total) is Advice.AGAIN
