"""The console's chart of spend: places follow the amounts; gaps, finality and tiers are drawn as such."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from flask import render_template_string

from receiver.app import create_app
from receiver.documents.spend_timeline import spend_timeline
from receiver.domain.facts import Payment
from receiver.web.admin.chart import NARROW, WIDE, description, spend_charts
from tests.factories import FIRST, LAST, OPEN, SETTLED, cash, days_of, decision_for, make_programme

LAGGING = cash("30.00", date(2025, 11, 20))._replace(cash_spend=None, voucher_spend=None)
AS_BILLED = {"account": {"payment": Payment.UNKNOWN}}
CREDIT = tuple(day._replace(voucher_spend=Decimal("5.00")) for day in days_of("20.00", 19))


def wide(as_of=OPEN, **parts):
    return spend_charts(spend_timeline(decision_for(as_of, **parts)), "Example store")[0]


def height(bar):
    return Decimal(bar.qualifying[1])


def test_a_date_twice_as_dear_is_twice_as_high_and_what_is_left_out_stands_on_it():
    chart = wide(SETTLED, spend=(cash("10.00"), cash("20.00", FIRST + timedelta(days=1), credit="10.00")))
    first, second = chart.bars[:2]
    assert height(second) == 2 * height(first)
    assert Decimal(second.excluded[1]) == height(first)
    assert Decimal(second.excluded[0]) + Decimal(second.excluded[1]) == Decimal(second.qualifying[0])
    assert (first.excluded, chart.bars[2].qualifying) == (None, None)
    assert second.text == "2025-11-03: $20.00 qualify, $10.00 left out"


def test_the_line_of_what_qualified_meets_a_tiers_line_at_its_threshold():
    chart = wide(SETTLED, spend=(cash("500.00"),))
    (points, is_final), *_ = chart.lines
    assert is_final
    assert points.split()[-1].split(",")[1] in {tier.at for tier in chart.thresholds}
    assert points.split()[-1].split(",")[0] == f"{chart.right_edge}.0"


def test_only_tiers_up_to_the_next_one_are_drawn_and_all_are_told():
    chart = wide(spend=(cash("20.00"),))
    assert [tier.words.text for tier in chart.thresholds] == ["$500.00 gives $500.00"]
    assert "Tiers begin at $500.00, $1,500.00, $5,000.00." in chart.description


def test_tiers_too_near_each_other_for_two_lines_of_text_share_the_highest_ones():
    chart = wide(spend=(cash("123456789012.34"),))
    assert [tier.words and tier.words.text for tier in chart.thresholds] == [
        "$5,000.00 gives $5,000.00",
        None,
        None,
    ]


def test_an_unknown_date_is_a_gap_in_the_line_and_no_bar():
    spend = (*days_of("20.00", 17), cash("40.00", date(2025, 11, 19)), LAGGING)
    chart = wide(OPEN, spend=spend)
    assert [bar.is_known for bar in chart.bars[-3:]] == [True, True, False]
    assert chart.bars[-1].qualifying is None
    assert chart.bars[-1].text == "2025-11-20: not known yet, not final"
    assert "1 date is not known yet and left open" in chart.description


def test_a_gap_parts_the_line():
    hole = LAGGING._replace(date=date(2025, 11, 18))
    chart = wide(OPEN, spend=(*days_of("20.00", 16), hole, cash("40.00", date(2025, 11, 19))))
    assert [is_final for _, is_final in chart.lines] == [True, False]
    ends = [(points.split()[0].split(",")[0], points.split()[-1].split(",")[0]) for points, _ in chart.lines]
    assert Decimal(ends[1][0]) - Decimal(ends[0][1]) > Decimal(chart.bars[16].width)


def test_what_is_not_final_goes_on_where_the_final_ends():
    chart = wide(OPEN, spend=CREDIT, **AS_BILLED)
    (final, _), (provisional, is_final) = chart.lines
    assert (is_final, provisional.split()[0]) == (False, final.split()[-1])
    assert [bar.final for bar in chart.bars[-4:]] == [True, False, False, False]
    assert "3 dates are not final and hatched" in chart.description


def test_today_is_marked_only_while_it_is_in_the_window():
    assert wide(OPEN, spend=days_of("20.00", 3)).today is not None
    assert wide(SETTLED, spend=days_of("20.00", 3)).today is None


def test_corrections_below_zero_are_drawn_at_zero_and_told_as_they_are():
    chart = wide(OPEN, spend=(cash("5.00"), cash("-20.00", FIRST + timedelta(days=2))))
    assert Decimal(chart.bars[2].qualifying[1] if chart.bars[2].qualifying else 0) == 0
    assert chart.bars[2].text == "2025-11-04: -$20.00 qualify"


@pytest.mark.parametrize("window_days", [1, 7, 30, 90, 365])
@pytest.mark.parametrize("amount", ["0.01", "20.40", "123456789012345678.99"])
def test_nothing_is_drawn_outside_the_picture(window_days, amount):
    programme = make_programme(window_days=window_days)
    decision = decision_for(datetime(2026, 12, 1, tzinfo=UTC), programme, spend=days_of(amount, window_days))
    for chart, width in zip(spend_charts(spend_timeline(decision), "Shop"), (WIDE, NARROW), strict=True):
        xs = [Decimal(point.split(",")[0]) for points, _ in chart.lines for point in points.split()]
        ys = [Decimal(point.split(",")[1]) for points, _ in chart.lines for point in points.split()]
        assert chart.left_edge <= min(xs) <= max(xs) <= width
        assert chart.totals_top <= min(ys) <= max(ys) <= chart.totals_foot
        assert all(chart.days_top <= Decimal(bar.qualifying[0]) for bar in chart.bars)
        assert all(Decimal(label.at) <= width for label in chart.dates)
        assert 2 <= len(chart.totals) <= 6
        gaps = [Decimal(b.at) - Decimal(a.at) for a, b in zip(chart.dates, chart.dates[1:], strict=False)]
        assert all(gap >= 50 for gap in gaps)


# -- The SVG -----------------------------------------------------------------------------------


HOSTILE = '"><script>alert(1)</script>&'


@pytest.fixture
def svg(container):
    """A function that draws the charts of a timeline as the page does, and parses them."""
    app = create_app(container=container)

    def draw(timeline, name="Example store"):
        source = '{% from "chart.html" import draw %}{% for c in charts %}{{ draw(c) }}{% endfor %}'
        with app.test_request_context():
            text = render_template_string(f"<figure>{source}</figure>", charts=spend_charts(timeline, name))
        return ET.fromstring(text)

    return draw


def texts(svg, tag):
    return [element.text for element in svg.iter(tag)]


def test_a_hostile_name_stays_text(svg):
    figure = svg(spend_timeline(decision_for(spend=CREDIT)), HOSTILE)
    assert texts(figure, "title")[0] == f"Spend of {HOSTILE}, 2025-11-02 to 2025-12-01"
    assert not list(figure.iter("script"))


def test_the_picture_has_a_name_and_words_of_its_own_and_nothing_that_policy_forbids(svg):
    timeline = spend_timeline(decision_for(spend=CREDIT))
    figure = svg(timeline)
    ids = {element.get("id") for element in figure.iter() if element.get("id")}
    assert len(ids) == len([element for element in figure.iter() if element.get("id")])
    for picture in figure.iter("svg"):
        assert picture.get("role") == "img"
        assert set(picture.get("aria-labelledby").split()) <= ids
        assert picture.find("desc").text == description(timeline)
    assert not [element for element in figure.iter() if element.get("style") or element.get("href")]


def test_dates_not_final_are_hatched_and_unknown_ones_dotted(svg):
    chart = svg(spend_timeline(decision_for(OPEN, spend=CREDIT, **AS_BILLED))).find("svg")
    classes = [element.get("class") for element in chart.iter("rect")]
    assert (classes.count("provisional-qualifying"), classes.count("unknown")) == (3, 0)
    assert {
        element.get("fill")
        for element in chart.iter("rect")
        if element.get("class") == "provisional-qualifying"
    } == {"url(#wide-counted)"}
    manual = svg(spend_timeline(decision_for(OPEN, spend=(*days_of("20.00", 16), LAGGING)))).find("svg")
    assert [element.get("class") for element in manual.iter("rect")].count("unknown") == 3


def test_every_number_in_it_is_a_place_within_its_own_view(svg):
    figure = svg(spend_timeline(decision_for(datetime(2025, 11, 3, tzinfo=UTC), spend=(cash("5.00"),))))
    for picture in figure.iter("svg"):
        _, _, width, high = map(Decimal, picture.get("viewBox").split())
        for rect in picture.iter("rect"):
            if rect.get("x"):
                assert Decimal(rect.get("x")) + Decimal(rect.get("width")) <= width
                assert Decimal(rect.get("y")) + Decimal(rect.get("height")) <= high
        assert not re.search("nan|Infinity|E[+-]", ET.tostring(picture, encoding="unicode"))


def test_a_window_of_thirty_dates_names_its_edges(svg):
    figure = svg(spend_timeline(decision_for(SETTLED, spend=days_of("20.00", 30))))
    for picture in figure.iter("svg"):
        dates = [element.text for element in picture.iter("text") if element.get("class") == "date"]
        assert (dates[0], dates[-1]) == (f"{FIRST.day} Nov", f"{LAST.day} Dec")
