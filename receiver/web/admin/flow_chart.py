"""The layout of the last hours' deliveries as bars: processed below, dead and refused on top.

All places are text in the units of an SVG `width` wide; `templates/flow_chart.html` draws them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from receiver.services.overview.summary import FlowHour

WIDE, NARROW = 880, 344
LEFT, RIGHT, TOP, FOOT, HEIGHT = 48, 12, 12, 140, 164
LEAST_HEIGHT = 2.0  # of a count that is not zero, so that it can be seen
GAP = 2.0  # between bars
# Labels by kind, in stacking order from below.
KINDS = {"processed": "processed", "dead": "not processed", "refused": "refused"}


@dataclass(frozen=True)
class FlowBar:
    """The bar of an hour: kind, upper edge and height of each part, from below; None where not counted."""

    x: str
    width: str
    parts: tuple[tuple[str, str, str], ...] | None
    text: str


@dataclass(frozen=True)
class FlowChart:
    """All elements of the SVG, in reading order."""

    name: str
    width: int
    bars: tuple[FlowBar, ...]
    amounts: tuple[tuple[str, str], ...]  # place and text
    hours: tuple[tuple[str, str], ...]
    description: str
    left_margin: int = LEFT
    right_margin: int = RIGHT
    top: int = TOP
    foot: int = FOOT
    height: int = HEIGHT


def flow_charts(flow: Sequence[FlowHour], zone: tzinfo) -> tuple[FlowChart, FlowChart]:
    """Return the same chart for a wide screen and for a phone, with hours in the reader's zone."""
    return _chart(flow, zone, "wide", WIDE, every=3), _chart(flow, zone, "narrow", NARROW, every=6)


def description(flow: Sequence[FlowHour]) -> str:
    """Return a description of the chart in one sentence, for screen readers."""
    sums = [sum(getattr(hour, kind) or 0 for hour in flow) for kind in KINDS]
    unknown = sum(hour.processed is None for hour in flow)
    counts = ", ".join(f"{count:,} {words}" for count, words in zip(sums, KINDS.values(), strict=True))
    gap = f"; {unknown} hour{'s' if unknown != 1 else ''} before counting began" if unknown else ""
    return f"{counts} in the last {len(flow)} hours{gap}."


def _chart(flow: Sequence[FlowHour], zone: tzinfo, name: str, width: int, *, every: int) -> FlowChart:
    most = _round_up(max(map(_total, flow), default=1))
    step = (width - LEFT - RIGHT) / len(flow)
    places = [LEFT + number * step for number in range(len(flow))]
    return FlowChart(
        name=name,
        width=width,
        bars=tuple(_bar(hour, x, step, most, zone) for hour, x in zip(flow, places, strict=True)),
        amounts=tuple(
            (_text(_place(amount, most)), f"{amount:,}") for amount in sorted({0, most // 2, most})
        ),
        hours=tuple(
            (_text(x + step / 2), _clock(hour, zone))
            for number, (hour, x) in enumerate(zip(flow, places, strict=True))
            if (len(flow) - 1 - number) % every == 0
        ),
        description=description(flow),
    )


def _bar(hour: FlowHour, x: float, step: float, most: int, zone: tzinfo) -> FlowBar:
    parts = None if hour.processed is None else tuple(_parts(hour, most))
    return FlowBar(_text(x + GAP / 2), _text(step - GAP), parts, _words(hour, zone))


def _parts(hour: FlowHour, most: int) -> Iterator[tuple[str, str, str]]:
    foot = float(FOOT)
    for kind in KINDS:
        if count := getattr(hour, kind):
            height = max(LEAST_HEIGHT, count / most * (FOOT - TOP))
            foot -= height
            yield kind, _text(foot), _text(height)


def _words(hour: FlowHour, zone: tzinfo) -> str:
    if hour.processed is None:
        return f"{_clock(hour, zone)}: not counted"
    return f"{_clock(hour, zone)}: " + ", ".join(
        f"{getattr(hour, kind):,} {words}" for kind, words in KINDS.items()
    )


def _clock(hour: FlowHour, zone: tzinfo) -> str:
    return f"{hour.hour.astimezone(zone):%H:%M}"


def _total(hour: FlowHour) -> int:
    return sum(getattr(hour, kind) or 0 for kind in KINDS)


def _place(amount: int, most: int) -> float:
    return FOOT - amount / most * (FOOT - TOP)


def _round_up(count: int) -> int:
    """Return the next of 2, 4, 10, 20, 40, 100 …: its half is whole."""
    power = 1
    while True:
        for lead in (2, 4, 10):
            if count <= lead * power:
                return lead * power
        power *= 10


def _text(place: float) -> str:
    return f"{place:.1f}"
