"""A store's spend date by date, for charts; its numbers are the status document's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from receiver.domain.calendar import Window
from receiver.domain.decision import Decision, TierProgress


@dataclass(frozen=True)
class TimelineDay:
    """One date of the window; amounts None where they are not known yet, which is no zero."""

    date: date
    qualifying: Decimal | None
    excluded: Decimal | None
    final: bool
    total: Decimal | None  # what qualified up to and including it


@dataclass(frozen=True)
class SpendTimeline:
    """The window up to today, and the tiers the spend is measured by; amounts in `currency`."""

    currency: str
    window: Window
    today: date
    days: tuple[TimelineDay, ...]
    tiers: tuple[TierProgress, ...]
    qualifying: Decimal | None
    provisional: bool

    @property
    def known_runs(self) -> Sequence[Sequence[TimelineDay]]:
        """The runs of consecutive dates whose figures are known, with gaps between them."""
        runs = groupby(self.days, key=lambda day: day.total is not None)
        return [list(run) for is_known, run in runs if is_known]

    @property
    def total(self) -> Decimal | None:
        """The total up to the last known date; `qualifying` also holds bills of later dates."""
        if self.qualifying is None:
            return None
        totals = [day.total for day in self.days if day.total is not None]
        return totals[-1] if totals else Decimal(0)


def spend_timeline(decision: Decision) -> SpendTimeline | None:
    """Return the spend of a decision date by date; None before the window begins."""
    spend, window = decision.spend, decision.window
    if spend is None or window is None:
        return None
    days = [
        TimelineDay(
            day.date,
            day.qualifying,
            day.excluded,
            day.final,
            None if None in (day.qualifying, spend.qualifying) else spend.qualified_up_to(day.date),
        )
        for day in spend.days
    ]
    return SpendTimeline(
        currency=(decision.account and decision.account.currency) or "",
        window=window,
        today=decision.today,
        days=tuple(days),
        tiers=decision.tiers,
        qualifying=spend.qualifying,
        provisional=spend.provisional,
    )
