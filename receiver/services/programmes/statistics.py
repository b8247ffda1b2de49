"""Statistics of a programme: places, stores by stage, and awards in each tier.

The worker counts once a minute; a reader gets the last counts, with their time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.programme import Programme
from receiver.services.context import ServiceContext
from receiver.services.programmes.money import Money, Sum, money_of
from receiver.services.programmes.terms import terms_for_new_stores, terms_of
from receiver.storage import programme_statistics, terms


@dataclass(frozen=True)
class TierTotals:
    """The awards of one tier; `by_state` holds only states that occur."""

    currency: str
    threshold: Decimal
    credit: Decimal
    by_state: Mapping[str, Sum]
    overdue: Sum
    due_soon: Sum


@dataclass(frozen=True)
class StoreCounts:
    """The progress of a programme's stores at that moment."""

    at: datetime
    admitted: int  # merchants
    waiting: int  # stores
    stages: Sequence[tuple[str, int]]  # the most stores first
    tiers: Sequence[TierTotals]  # by currency, the lowest first
    money: Sequence[Money]  # by currency


@dataclass(frozen=True)
class Totals:
    """Stores by stage, awards by state and currency, of all programmes; `at` is of the oldest count."""

    at: datetime
    stages: Mapping[str, int]
    awards: Mapping[str, Mapping[str, Sum]]


@dataclass(frozen=True)
class ProgrammeStats:
    """A programme and its counts, which are None where no worker has counted yet."""

    terms: Programme
    is_for_new_stores: bool
    counts: StoreCounts | None


def programme_stats(context: ServiceContext) -> list[ProgrammeStats]:
    """Return the programme that new stores join, and each other that has stores.

    Nothing is counted here, so that the cost does not grow with the number of stores.
    """
    now = context.now()
    with context.database.reading() as session:
        current = terms_for_new_stores(session, context.settings.programme)
        joined, stored = terms.stored_ids(session), programme_statistics.stored_counts(session)
        others = [terms_of(session, item) for item in joined if item != current.id]
    empty = StoreCounts(now, 0, 0, (), (), ())
    return [
        ProgrammeStats(
            terms=item,
            is_for_new_stores=item is current,
            counts=_read_counts(stored.get(item.id)) if item.id in joined else empty,
        )
        for item in (current, *others)
    ]


def total_counts(session: Session) -> Totals | None:
    """Return the worker's last counts of all programmes together; None before it has counted."""
    stored = programme_statistics.stored_counts(session).values()
    all_counts = [counts for item in stored if (counts := _read_counts(item))]
    if not all_counts:
        return None
    stages: Counter[str] = Counter()
    awards: dict[str, dict[str, Sum]] = {}
    for counts in all_counts:
        stages.update(dict(counts.stages))
        for tier in counts.tiers:
            for state, total in tier.by_state.items():
                of_state = awards.setdefault(state, {})
                of_state[tier.currency] = of_state.get(tier.currency, Sum(0, Decimal(0))) + total
    return Totals(min(counts.at for counts in all_counts), stages, awards)


def count_programmes(context: ServiceContext) -> None:
    """Count the stores of each programme that has any, and store the counts for `programme_stats`."""
    now = context.now()
    with context.database.reading() as session:
        counts = {item: programme_statistics.count(session, item, now) for item in terms.stored_ids(session)}
    with context.database.writing() as session:
        for programme, of_programme in counts.items():
            programme_statistics.keep_counts(session, programme, now, of_programme)


def _read_counts(stored: tuple[datetime, Mapping[str, Any]] | None) -> StoreCounts | None:
    if stored is None or "coming" not in stored[1]:  # an older worker still counts, or none has yet
        return None
    at, counts = stored
    awarded = [programme_statistics.AwardCounts(**row) for row in counts["awards"]]
    return StoreCounts(
        at=at,
        admitted=counts["admitted"],
        waiting=counts["waiting"],
        stages=[(stage or "not decided yet", stores) for stage, stores in counts["stages"]],
        tiers=_tiers(awarded),
        money=money_of(awarded, counts["coming"]),
    )


def _tiers(rows: Sequence[programme_statistics.AwardCounts]) -> list[TierTotals]:
    keys = sorted({row.tier for row in rows})
    return [_tier(key, [row for row in rows if row.tier == key]) for key in keys]


def _tier(key: tuple[str, Decimal, Decimal], rows: Sequence[programme_statistics.AwardCounts]) -> TierTotals:
    late, soon = sum(row.overdue for row in rows), sum(row.due_soon for row in rows)
    credit = key[2]
    return TierTotals(
        *key,
        by_state={row.state: Sum(row.awards, row.awards * credit) for row in rows},
        overdue=Sum(late, late * credit),
        due_soon=Sum(soon, soon * credit),
    )
