"""The money of a programme by currency: promised, issued, arrived, at risk, and what is likely to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from receiver.domain.awards import AwardState
from receiver.domain.decision import Stage
from receiver.domain.likely_credit import COMING
from receiver.storage.programme_statistics import AwardCounts


@dataclass(frozen=True)
class Sum:
    """Some awards of one currency."""

    awards: int
    amount: Decimal

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.awards + other.awards, self.amount + other.amount)


class MoneyPart(StrEnum):
    """The part of what was promised in which an award stands; each stands in one."""

    ARRIVED = "arrived"  # on evidence
    ON_THE_WAY = "on the way"  # issued, and nothing speaks against it
    DUE = "due"  # to be issued in time
    AT_RISK = "at risk"  # not arrived, and blocked, overdue or flagged
    ENDED = "ended"  # its credit expired, and nothing shows that it arrived


# Where an award that has not arrived and is not at risk stands, by its state.
PART_OF = {
    AwardState.DUE: MoneyPart.DUE,
    AwardState.ISSUED: MoneyPart.ON_THE_WAY,
    AwardState.EXPIRED: MoneyPart.ENDED,
}


@dataclass(frozen=True)
class Likely:
    """Stores of a stage that have no award yet, by the credit they have reached so far."""

    stage: Stage
    tiers: Sequence[tuple[Decimal, int]]  # credit and stores, the highest first
    below: int  # stores that have not reached a tier
    unknown: int  # stores of which nobody knows what they have reached

    @property
    def amount(self) -> Decimal:
        """Return the sum of what is known."""
        return sum((credit * stores for credit, stores in self.tiers), Decimal())


@dataclass(frozen=True)
class Money:
    """The money of one currency; `currency` is None for stores whose account's is unknown."""

    currency: str | None
    promised: Sum  # every award that was recorded
    issued: Sum  # of them those whose credit was given, whatever became of it
    parts: Sequence[tuple[MoneyPart, Sum]]  # of what was promised, each award once
    risks: Sequence[tuple[str, Sum]]  # why awards are at risk; one may have several reasons
    likely: Sequence[Likely]  # of stores without an award, the nearest first

    def part(self, wanted: MoneyPart) -> Sum:
        """Return the sum of one part."""
        return next(found for part, found in self.parts if part is wanted)


def money_of(awards: Sequence[AwardCounts], coming: Sequence[Sequence[Any]]) -> list[Money]:
    """Return the money by currency, in the order of their names; the unknown one last.

    `coming` is [stage, currency, credit, stores] as storage/programme_statistics.py counts it.
    """
    known = {row.currency for row in awards} | {currency for _, currency, _, _ in coming if currency}
    is_there = any(currency is None for _, currency, _, _ in coming)
    return [_money(currency, awards, coming) for currency in (*sorted(known), *([None] if is_there else ()))]


def _money(currency: str | None, awards: Sequence[AwardCounts], coming: Sequence[Sequence[Any]]) -> Money:
    rows = [row for row in awards if row.currency == currency]
    reached = [(stage, credit, stores) for stage, of, credit, stores in coming if of == currency]
    likely = [_likely(stage, reached) for stage in COMING]
    return Money(
        currency=currency,
        promised=_sum(rows, lambda row: row.awards),
        issued=_sum(rows, lambda row: row.given),
        parts=[(part, _sum(rows, partial(_count_of, part))) for part in MoneyPart],
        risks=[
            ("overdue", _sum(rows, lambda row: row.overdue)),
            ("flagged", _sum(rows, lambda row: row.flagged if row.state in PART_OF else 0)),
            ("blocked", _sum(rows, lambda row: row.awards if row.state == AwardState.BLOCKED else 0)),
        ],
        likely=[item for item in likely if item.tiers or item.below or item.unknown],
    )


def _count_of(part: MoneyPart, row: AwardCounts) -> int:
    if part is MoneyPart.ARRIVED:
        return row.arrived
    if part is MoneyPart.AT_RISK:
        return row.at_risk
    is_here = PART_OF.get(AwardState(row.state)) is part
    return row.awards - row.arrived - row.at_risk if is_here else 0


def _likely(stage: Stage, reached: Sequence[tuple[str, str | None, int]]) -> Likely:
    counts: dict[Decimal, int] = {}
    unknown = 0
    for of, credit, stores in reached:
        if of == stage and credit is None:
            unknown += stores
        elif of == stage:
            counts[Decimal(credit or 0)] = counts.get(Decimal(credit or 0), 0) + stores
    below = counts.pop(Decimal(0), 0)
    return Likely(stage, sorted(counts.items(), reverse=True), below, unknown)


def _sum(rows: Iterable[AwardCounts], count: Callable[[AwardCounts], int]) -> Sum:
    counted = [(count(row), Decimal(row.credit)) for row in rows]
    return Sum(sum(n for n, _ in counted), sum((n * credit for n, credit in counted), Decimal()))
