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
    """A number of awards of one currency, and their amount."""

    awards: int
    amount: Decimal

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.awards + other.awards, self.amount + other.amount)


class MoneyPart(StrEnum):
    """The parts of the promised money; each award is in one of them."""

    ARRIVED = "arrived"  # on evidence
    ON_THE_WAY = "on the way"  # issued, and neither blocked, overdue nor flagged
    DUE = "due"  # to be issued in time
    AT_RISK = "at risk"  # not arrived, and blocked, overdue or flagged
    ENDED = "ended"  # its credit expired, and nothing shows that it arrived


# The part of an award that has not arrived and is not at risk, by its state.
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
    unknown: int  # stores whose reached credit is unknown

    @property
    def amount(self) -> Decimal:
        """Return the sum of the known credits."""
        return sum((credit * stores for credit, stores in self.tiers), Decimal())


@dataclass(frozen=True)
class Money:
    """The money of one currency; `currency` is None for stores whose account's is unknown."""

    currency: str | None
    promised: Sum  # every award that was recorded
    issued: Sum  # those of them whose credit was given, including expired ones
    parts: Sequence[tuple[MoneyPart, Sum]]  # of the promised money, each award once
    risks: Sequence[tuple[str, Sum]]  # why awards are at risk; one may have several reasons
    likely: Sequence[Likely]  # of stores without an award, the nearest first

    def part(self, name: MoneyPart) -> Sum:
        """Return the sum of one part."""
        return next(total for part, total in self.parts if part is name)


def money_of(awards: Sequence[AwardCounts], likely: Sequence[Sequence[Any]]) -> list[Money]:
    """Return the money by currency, in the order of their names; the unknown one last.

    `likely` is [stage, currency, credit, stores] as storage/programme_statistics.py counts it.
    """
    currencies = {row.currency for row in awards} | {currency for _, currency, _, _ in likely if currency}
    has_unknown = any(currency is None for _, currency, _, _ in likely)
    names = [*sorted(currencies), *([None] if has_unknown else [])]
    return [_money(currency, awards, likely) for currency in names]


def _money(
    currency: str | None, awards: Sequence[AwardCounts], likely_counts: Sequence[Sequence[Any]]
) -> Money:
    rows = [row for row in awards if row.currency == currency]
    stores_by_credit = [
        (stage, credit, stores) for stage, of, credit, stores in likely_counts if of == currency
    ]
    likely = [_likely(stage, stores_by_credit) for stage in COMING]
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


def _likely(stage: Stage, stores_by_credit: Sequence[tuple[str, str | None, int]]) -> Likely:
    counts: dict[Decimal, int] = {}
    unknown = 0
    for of, credit, stores in stores_by_credit:
        if of == stage and credit is None:
            unknown += stores
        elif of == stage:
            counts[Decimal(credit or 0)] = counts.get(Decimal(credit or 0), 0) + stores
    below = counts.pop(Decimal(0), 0)
    return Likely(stage, sorted(counts.items(), reverse=True), below, unknown)


def _sum(rows: Iterable[AwardCounts], count: Callable[[AwardCounts], int]) -> Sum:
    pairs = [(count(row), Decimal(row.credit)) for row in rows]
    return Sum(sum(n for n, _ in pairs), sum((n * credit for n, credit in pairs), Decimal()))
