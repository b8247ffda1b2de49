"""How a programme stands: places given, stores by stage, and what was awarded in each tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from receiver.documents.programme import load_programme
from receiver.domain.programme import Programme
from receiver.services.facts.programmes import terms_of
from receiver.storage import terms, totals
from receiver.storage.database import Database


@dataclass(frozen=True)
class Sum:
    """Some awards of one currency."""

    awards: int
    amount: Decimal


@dataclass(frozen=True)
class TierTotals:
    """What was awarded in one tier; `by_state` has the states there are."""

    currency: str
    threshold: Decimal
    credit: Decimal
    by_state: Mapping[str, Sum]
    overdue: Sum


@dataclass(frozen=True)
class Standing:
    """A programme and how far it has come."""

    terms: Programme
    is_for_new_stores: bool
    admitted: int  # merchants
    waiting: int  # stores
    stages: Sequence[tuple[str, int]]
    tiers: Sequence[TierTotals]  # by currency, the lowest first


def standings(database: Database, now: datetime, in_force: str) -> list[Standing]:
    """Of the programme new stores join (`in_force`: its id or file) and of every other some store is in."""
    current = load_programme(in_force)
    with database.reading() as session:
        others = [terms_of(session, one) for one in terms.kept_ids(session) if one != current.id]
        return [
            Standing(
                terms=programme,
                is_for_new_stores=programme is current,
                admitted=totals.count_admitted(session, programme.id),
                waiting=totals.count_waiting(session, programme.id),
                stages=[
                    (stage or "not decided yet", stores)
                    for stage, stores in totals.stores_by_stage(session, programme.id)
                ],
                tiers=_tiers(totals.awards_by_tier(session, programme.id, now.astimezone(UTC).date())),
            )
            for programme in (current, *others)
        ]


def _tiers(rows: Sequence[Any]) -> list[TierTotals]:
    keys = sorted({(row.currency, row.threshold, row.credit) for row in rows})
    return [
        _tier(key, [row for row in rows if (row.currency, row.threshold, row.credit) == key]) for key in keys
    ]


def _tier(key: tuple[str, Decimal, Decimal], rows: Sequence[Any]) -> TierTotals:
    late = sum(row.overdue for row in rows)
    credit = key[2]
    return TierTotals(
        *key,
        by_state={row.state: Sum(row.awards, row.awards * credit) for row in rows},
        overdue=Sum(late, late * credit),
    )
