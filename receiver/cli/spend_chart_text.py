"""Draws a store's spend for a terminal: a bar for each date, what qualified so far, and the tiers it passes.

It says the same without colour: what counts, what does not and what may still move have marks of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rich.text import Text

from receiver.cli.output import one_line
from receiver.documents.money import amount_text
from receiver.documents.spend_timeline import SpendTimeline, TimelineDay
from receiver.domain.decision import TierProgress

DATE = len("2025-11-02")
HEADS = ("qualifying", "left out", "so far")
FINAL, MOVING, UNKNOWN = "final", "not final", "not known"
STATE = len(UNKNOWN)
GAP = "  "
SHORTEST_BAR, MEASURE = 8, 20
ZERO = Decimal(0)


@dataclass(frozen=True)
class Marks:
    """The characters that bars are made of."""

    qualifying: str
    moving: str
    left_out: str
    empty: str


BLOCKS = Marks("█", "▓", "░", "·")
ASCII = Marks("#", "+", "-", ".")  # where the terminal's encoding has no blocks


def draw_spend(timeline: SpendTimeline, store_name: str, width: int, marks: Marks) -> Text:
    """Return the chart, at most `width` columns wide as long as the amounts leave room for a bar."""
    lines = [
        *_head(timeline, store_name, marks),
        *_Dates(timeline, width, marks).lines(),
        *_tiers(timeline, marks),
    ]
    return Text("\n").join(lines)


def _head(timeline: SpendTimeline, store_name: str, marks: Marks) -> Iterator[Text]:
    window, days_left = timeline.window, timeline.window.days_left(timeline.today)
    state = (
        "over" if window.is_over(timeline.today) else f"{days_left} day{'s' if days_left != 1 else ''} left"
    )
    proviso = ", provisional until it is seen paid" if timeline.provisional else ""
    yield Text(one_line(store_name), style="bold")
    yield Text(f"window {window.first} to {window.last}, {state}")
    yield Text(f"{_money(timeline.qualifying, timeline)} qualifying{proviso}")
    yield Text(
        f"{marks.qualifying} qualifying   {marks.moving} not final yet   {marks.left_out} left out\n",
        style="dim",
    )


class _Dates:
    """A line for each date, its amounts in columns and its bar in what room they leave."""

    def __init__(self, timeline: SpendTimeline, width: int, marks: Marks) -> None:
        self._timeline, self._marks = timeline, marks
        self._rows = [_amounts(day) for day in timeline.days]
        self._columns = [max(map(len, column)) for column in zip(HEADS, *self._rows, strict=True)]
        beside = DATE + sum(self._columns) + STATE + len(GAP) * (len(self._columns) + 2)
        self._bar = max(SHORTEST_BAR, width - beside)
        self._highest = max(map(_spent, timeline.days), default=ZERO)

    def lines(self) -> Iterator[Text]:
        yield self._line("date", Text(), HEADS, "figures", style="dim")
        for day, amounts in zip(self._timeline.days, self._rows, strict=True):
            yield self._line(day.date.isoformat(), self._bar_of(day), amounts, _state(day))
            for progress in self._timeline.tiers:
                if progress.seen_on == day.date:
                    yield Text(f"{' ' * DATE}{GAP}^ {_tier_mark(progress)}", style="green")
        if self._timeline.today < self._timeline.window.last:
            yield Text(f"{self._timeline.window.last}{GAP}the window's last date", style="dim")

    def _line(self, date: str, bar: Text, amounts: Sequence[str], state: str, style: str = "") -> Text:
        line = Text(f"{date.ljust(DATE)}{GAP}", style=style)
        line.append_text(bar)
        cells = (text.rjust(width) for text, width in zip(amounts, self._columns, strict=True))
        line.append(" " * (self._bar - len(bar)) + GAP + GAP.join(cells) + GAP + state)
        return line

    def _bar_of(self, day: TimelineDay) -> Text:
        if day.qualifying is None:
            return Text("?", style="dim")
        marks = self._marks
        qualifying, left_out = self._length(day.qualifying), self._length(day.excluded or ZERO)
        bar = Text((marks.qualifying if day.final else marks.moving) * qualifying, style="blue")
        return bar.append(marks.left_out * min(left_out, self._bar - qualifying), style="yellow")

    def _length(self, amount: Decimal) -> int:
        """Return how many marks a bar has; at least 1 for an amount above 0, or nothing would show it."""
        if amount <= 0:
            return 0
        return max(1, int((amount / self._highest * self._bar).to_integral_value(ROUND_HALF_UP)))


def _tiers(timeline: SpendTimeline, marks: Marks) -> Iterator[Text]:
    if timeline.total != timeline.qualifying:
        yield Text(f"Bills of later dates make it {_money(timeline.qualifying, timeline)}.")
    yield Text("")
    names = [amount_text(progress.tier.threshold) for progress in timeline.tiers]
    for name, progress in zip(names, timeline.tiers, strict=True):
        line = Text(f"{name.rjust(max(map(len, names)))}{GAP}")
        if timeline.qualifying is not None:
            line.append_text(_measure(timeline.qualifying / progress.tier.threshold, marks))
        yield line.append(f"{GAP}{_tier_state(progress, timeline)}")


def _measure(share: Decimal, marks: Marks) -> Text:
    filled = min(MEASURE, int(max(share, ZERO) * MEASURE))
    return Text(marks.qualifying * filled, style="green").append(
        marks.empty * (MEASURE - filled), style="dim"
    )


# -- Words ---------------------------------------------------------------------------------------


def _amounts(day: TimelineDay) -> tuple[str, str, str]:
    return _amount(day.qualifying), _amount(day.excluded), _amount(day.total)


def _amount(amount: Decimal | None) -> str:
    return "?" if amount is None else amount_text(amount)


def _state(day: TimelineDay) -> str:
    return UNKNOWN if day.qualifying is None else FINAL if day.final else MOVING


def _tier_mark(progress: TierProgress) -> str:
    when = "reached" if progress.reached_on else "seen, not final yet"
    return f"{amount_text(progress.tier.threshold)} {when}"


def _tier_state(progress: TierProgress, timeline: SpendTimeline) -> str:
    tier = progress.tier
    if progress.reached_on:
        return f"reached on {progress.reached_on}, gives {_money(tier.credit, timeline)}"
    if progress.seen_on:
        return f"seen on {progress.seen_on}, not final yet; gives {_money(tier.credit, timeline)}"
    if timeline.qualifying is None:
        return UNKNOWN
    return f"{_money(tier.threshold - timeline.qualifying, timeline)} to go"


def _money(amount: Decimal | None, timeline: SpendTimeline) -> str:
    if amount is None:
        return "an unknown amount"
    return f"{amount_text(amount)} {timeline.currency}".strip()


def _spent(day: TimelineDay) -> Decimal:
    return max(day.qualifying or ZERO, ZERO) + max(day.excluded or ZERO, ZERO)
