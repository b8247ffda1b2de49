"""The chart of deliveries by the hour: heights and words give the counts; unknown hours stay open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from receiver.services.overview.summary import FlowHour
from receiver.web.admin.flow_chart import FOOT, LEAST_HEIGHT, TOP, description, flow_charts

BEGIN = datetime(2025, 12, 5, 12, 0, tzinfo=UTC)


def hours(*counts):
    """Build consecutive hours from their counts; None stands for an hour that was not counted."""
    return [
        FlowHour(BEGIN + timedelta(hours=number), *(of or (None, None, None)))
        for number, of in enumerate(counts)
    ]


def wide(*counts, zone=UTC):
    return flow_charts(hours(*counts), zone)[0]


def test_heights_are_in_the_proportion_of_the_counts_and_stand_on_each_other():
    (bar,) = wide((40, 20, 20)).bars
    kinds, edges, heights = zip(*bar.parts, strict=True)
    assert kinds == ("processed", "dead", "refused")
    full = FOOT - TOP
    assert [float(height) for height in heights] == [full * 0.4, full * 0.2, full * 0.2]  # of the round 100
    assert float(edges[0]) == pytest.approx(FOOT - full * 0.4)
    assert float(edges[1]) == pytest.approx(float(edges[0]) - full * 0.2)


def test_one_dead_among_a_million_is_seen():
    bar = wide((1_000_000, 1, 0)).bars[0]
    assert {kind: float(height) for kind, _, height in bar.parts}["dead"] == LEAST_HEIGHT


def test_nothing_and_unknown_look_different():
    nothing, unknown = wide((0, 0, 0), None).bars
    assert nothing.parts == ()
    assert unknown.parts is None
    assert (nothing.text, unknown.text) == (
        "12:00: 0 processed, 0 not processed, 0 refused",
        "13:00: not counted",
    )


def test_the_words_say_the_sums_and_what_is_not_known():
    sentence = description(hours(None, (1_500, 2, 0), (10, 0, 3)))
    assert (
        sentence
        == "1,510 processed, 2 not processed, 3 refused in the last 3 hours; 1 hour before counting began."
    )


def test_hours_are_the_readers():
    chart = wide(*[(1, 0, 0)] * 24, zone=ZoneInfo("Asia/Kolkata"))
    assert [text for _, text in chart.hours][-1] == "16:30"
    assert chart.bars[0].text.startswith("17:30: ")


def test_a_phone_has_the_same_bars_and_fewer_hours_named():
    on_wide, on_phone = flow_charts(hours(*[(1, 0, 0)] * 24), UTC)
    assert [bar.text for bar in on_wide.bars] == [bar.text for bar in on_phone.bars]
    assert len(on_phone.hours) < len(on_wide.hours)
    last = on_phone.bars[-1]
    assert float(last.x) + float(last.width) <= on_phone.width


@pytest.mark.parametrize(
    ("most", "top"), [(0, "2"), (3, "4"), (9, "10"), (401, "1,000"), (41_000, "100,000")]
)
def test_the_scale_ends_at_a_round_number(most, top):
    assert [text for _, text in wide((most, 0, 0)).amounts][-1] == top
