"""The layout of a store's spend chart: above, the total so far against the tiers; below, each date.

All places are decimal text in the units of an SVG `width` wide; `templates/chart.html` draws them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from babel.numbers import format_compact_decimal

from receiver.documents.spend_timeline import SpendTimeline, TimelineDay
from receiver.i18n.languages import ENGLISH
from receiver.i18n.words import money_text

WIDE, NARROW = 880, 344
LEFT, RIGHT = 48, 20  # margins; the left one holds the amounts
TOTALS_TOP, TOTALS_HEIGHT = 32, 170
DAYS_TOP, DAYS_HEIGHT = 240, 96
HEIGHT = 360
DATES_BELOW = 16  # from the axis to the baseline of the dates
LABEL = 58  # width of a date under the axis
LINE_OF_TEXT = 14
STEPS = tuple(map(Decimal, (1, 2, 5, 10)))
LINES = 4  # approximate number of grid lines in a panel
ONE = Decimal(1)
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Label:
    """A text at a place on an axis."""

    at: str
    text: str


@dataclass(frozen=True)
class Threshold:
    """The line of a tier, with its label where there is room."""

    at: str
    words: Label | None


@dataclass(frozen=True)
class Bar:
    """The bar of a date: qualifying spend and, above it, excluded spend; `y` is the upper edge."""

    x: str
    width: str
    qualifying: tuple[str, str] | None  # y and height
    excluded: tuple[str, str] | None
    is_known: bool
    final: bool
    text: str


@dataclass(frozen=True)
class Chart:
    """All elements of the SVG, in reading order."""

    name: str  # a prefix that keeps the ids of two charts on one page apart
    width: int
    height: int
    title: str
    description: str
    left_edge: int
    right_edge: int
    totals: tuple[Label, ...]
    thresholds: tuple[Threshold, ...]
    lines: tuple[tuple[str, bool], ...]  # points, and whether they are final
    amounts: tuple[Label, ...]
    bars: tuple[Bar, ...]
    dates: tuple[Label, ...]
    today: str | None
    totals_foot: int = TOTALS_TOP + TOTALS_HEIGHT
    days_foot: int = DAYS_TOP + DAYS_HEIGHT
    totals_top: int = TOTALS_TOP
    days_top: int = DAYS_TOP
    dates_at: int = DAYS_TOP + DAYS_HEIGHT + DATES_BELOW


def spend_charts(timeline: SpendTimeline, store_name: str) -> tuple[Chart, ...]:
    """Lay out the chart for a wide screen and for a phone: scaled down, its words could not be read."""
    return _chart(timeline, store_name, "wide", WIDE), _chart(timeline, store_name, "narrow", NARROW)


def _chart(timeline: SpendTimeline, store_name: str, name: str, width: int) -> Chart:
    axis = _DateAxis(timeline.window.first, timeline.window.last, width)
    totals = _Scale(_highest_total(timeline), TOTALS_TOP, TOTALS_HEIGHT)
    days = _Scale(max(map(_daily_spend, timeline.days), default=ONE), DAYS_TOP, DAYS_HEIGHT)
    return Chart(
        name=name,
        width=width,
        height=HEIGHT,
        title=f"Spend of {store_name}, {timeline.window.first} to {timeline.window.last}",
        description=description(timeline),
        left_edge=LEFT,
        right_edge=width - RIGHT,
        totals=tuple(totals.labels()),
        thresholds=tuple(_thresholds(timeline, totals, roomy=width == WIDE)),
        lines=tuple(_lines(timeline, axis, totals)),
        amounts=tuple(days.labels()),
        bars=tuple(_bar(day, timeline.currency, axis, days) for day in timeline.days),
        dates=tuple(axis.labels()),
        today=_text(axis.middle(timeline.today)) if timeline.today in timeline.window else None,
    )


def description(timeline: SpendTimeline) -> str:
    """Return a description of the picture for those who do not see it."""
    qualifying = _qualifying_words(timeline)
    unknown = len([day for day in timeline.days if day.qualifying is None])
    gaps = (
        f"; {unknown} date{'s are' if unknown != 1 else ' is'} not known yet and left open" if unknown else ""
    )
    provisional = len([day for day in timeline.days if day.qualifying is not None and not day.final])
    hatched = (
        f"; {provisional} date{'s are' if provisional != 1 else ' is'} not final and hatched"
        if provisional
        else ""
    )
    tiers = ", ".join(_money(progress.tier.threshold, timeline.currency) for progress in timeline.tiers)
    return f"{qualifying}{gaps}{hatched}. " + (
        f"Tiers begin at {tiers}." if tiers else "No tier is in force."
    )


def _qualifying_words(timeline: SpendTimeline) -> str:
    if timeline.qualifying is None:
        return "How much qualifies is not known yet"
    return f"{_money(timeline.qualifying, timeline.currency)} qualify so far"


# -- Places --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _DateAxis:
    """The horizontal axis: dates from left to right, all of one width."""

    first: date
    last: date
    width: int

    @property
    def step(self) -> Decimal:
        return Decimal(self.width - LEFT - RIGHT) / ((self.last - self.first).days + 1)

    def start(self, day: date) -> Decimal:
        return LEFT + self.step * (day - self.first).days

    def middle(self, day: date) -> Decimal:
        return self.start(day) + self.step / 2

    def labels(self) -> Iterator[Label]:
        """Yield labels for as many dates as there is room for, always with the last one."""
        dates = (self.last - self.first).days + 1
        every = int((LABEL / self.step).to_integral_value(ROUND_CEILING))
        for number in range(0, max(dates - every, 1), every):
            yield self._label(self.first + timedelta(days=number))
        if dates > 1:
            yield self._label(self.last)

    def _label(self, day: date) -> Label:
        return Label(_text(self.middle(day)), f"{day.day} {day:%b}")


class _Scale:
    """The vertical axis of a panel: amounts from bottom to top."""

    def __init__(self, highest: Decimal, top: int, height: int) -> None:
        self.step = _round_step(max(highest, Decimal("0.01")) / LINES)
        self.most = (highest / self.step).to_integral_value(ROUND_CEILING) * self.step or self.step
        self.foot, self.height = top + height, height

    def at(self, amount: Decimal) -> Decimal:
        """Return the y coordinate of an amount; one below 0, after corrections, is drawn as 0."""
        return self.foot - self.height_of(amount)

    def height_of(self, amount: Decimal) -> Decimal:
        return max(amount, Decimal(0)) / self.most * self.height

    def labels(self) -> Iterator[Label]:
        for number in range(int(self.most / self.step) + 1):
            amount = number * self.step
            yield Label(_text(self.at(amount)), _short(amount))


def _round_step(least: Decimal) -> Decimal:
    """Return the first of 1, 2, 5, 10, 20, 50 … that is not less than `least`."""
    power = ONE.scaleb(least.adjusted())
    return next(step * power for step in STEPS if step * power >= least)


def _short(amount: Decimal) -> str:
    if amount < 1000:
        return format(amount.normalize(), "f")
    return str(format_compact_decimal(amount, locale=ENGLISH, fraction_digits=1))


def _text(place: Decimal) -> str:
    return str(place.quantize(TENTH))


# -- Drawing --------------------------------------------------------------------------------------


def _highest_total(timeline: SpendTimeline) -> Decimal:
    """Return the top of the scale: the total or the next tier.

    The higher tiers are left out, since they would press a small beginning flat.
    """
    qualifying = timeline.qualifying or Decimal(0)
    reached = max([qualifying, *(day.total for run in timeline.known_runs for day in run if day.total)])
    thresholds = sorted(progress.tier.threshold for progress in timeline.tiers)
    following = next((threshold for threshold in thresholds if threshold > reached), Decimal(0))
    return max(reached, following)


def _thresholds(timeline: SpendTimeline, scale: _Scale, *, roomy: bool) -> Iterator[Threshold]:
    above = Decimal("-Infinity")
    for tier in sorted((progress.tier for progress in timeline.tiers), key=lambda tier: -tier.threshold):
        at = scale.at(tier.threshold)
        if tier.threshold <= scale.most:
            credit = f" gives {_money(tier.credit, timeline.currency)}" if roomy else ""
            text = _money(tier.threshold, timeline.currency) + credit
            yield Threshold(_text(at), Label(_text(at - 4), text) if at - above >= LINE_OF_TEXT else None)
            above = at


def _lines(timeline: SpendTimeline, axis: _DateAxis, scale: _Scale) -> Iterator[tuple[str, bool]]:
    """Yield step lines for each run of known dates, as points and whether they are final.

    A run that ends in dates not final yields two lines, which meet at its last final date.
    """
    for run in timeline.known_runs:
        stairs = [corner for day in run for corner in _stair(day, axis, scale)]
        final = 2 * sum(day.final for day in run)
        if final:
            yield " ".join(stairs[:final]), True
        if final < len(stairs):
            yield " ".join(stairs[max(final - 1, 0) :]), False


def _stair(day: TimelineDay, axis: _DateAxis, scale: _Scale) -> tuple[str, str]:
    """Return the left and the right point of the step of a date."""
    start, at = axis.start(day.date), _text(scale.at(day.total or Decimal(0)))
    return f"{_text(start)},{at}", f"{_text(start + axis.step)},{at}"


def _daily_spend(day: TimelineDay) -> Decimal:
    return max(day.qualifying or Decimal(0), Decimal(0)) + max(day.excluded or Decimal(0), Decimal(0))


def _bar(day: TimelineDay, currency: str, axis: _DateAxis, scale: _Scale) -> Bar:
    gap = min(axis.step / 5, Decimal(3))
    qualifying_height, excluded_height = (
        scale.height_of(day.qualifying or Decimal(0)),
        scale.height_of(day.excluded or Decimal(0)),
    )
    return Bar(
        x=_text(axis.start(day.date) + gap / 2),
        width=_text(axis.step - gap),
        qualifying=(_text(scale.foot - qualifying_height), _text(qualifying_height))
        if qualifying_height
        else None,
        excluded=(_text(scale.foot - qualifying_height - excluded_height), _text(excluded_height))
        if excluded_height
        else None,
        is_known=day.qualifying is not None,
        final=day.final,
        text=_words(day, currency),
    )


def _words(day: TimelineDay, currency: str) -> str:
    qualifying = "not known yet" if day.qualifying is None else f"{_money(day.qualifying, currency)} qualify"
    excluded = f", {_money(day.excluded, currency)} left out" if day.excluded else ""
    return f"{day.date}: {qualifying}{excluded}" + ("" if day.final else ", not final")


def _money(amount: Decimal, currency: str) -> str:
    return money_text(amount, currency or None)
