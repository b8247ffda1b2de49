"""The Overview, which staff see first: the work queue, five vital signs, the last day by the hour, totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.documents.health import sign_words
from receiver.documents.money import amount_text
from receiver.domain.health import Sign, signs
from receiver.domain.hourly_counts import HOUR, HourlyKind, hour_of
from receiver.services.alerts.work_queue import MOST, TodoItem, list_todo_items
from receiver.services.context import ServiceContext
from receiver.services.programmes.money import Sum
from receiver.services.programmes.statistics import Totals, total_counts
from receiver.services.staff.records import StaffMember
from receiver.storage import hourly_counts
from receiver.storage.vitals import read_vitals

HOURS = 24
FLOW = (HourlyKind.PROCESSED, HourlyKind.DEAD, HourlyKind.REFUSED)


@dataclass(frozen=True)
class FlowHour:
    """An hour's deliveries processed and dead, and calls refused; None: not counted yet, not zero."""

    hour: datetime
    processed: int | None
    dead: int | None
    refused: int | None


@dataclass(frozen=True)
class Overview:
    """The Overview as of one moment; `totals` is None where no worker has counted yet."""

    at: datetime
    queue: Sequence[TodoItem]
    signs: Sequence[Sign]
    flow: Sequence[FlowHour]  # HOURS of them, the oldest first; the last one goes on
    totals: Totals | None


def read_overview(context: ServiceContext, reader: StaffMember | None = None) -> Overview:
    """Return the Overview as `reader` may see it. Raises StorageUnavailable."""
    now = context.now()
    queue, remaining = list_todo_items(context, reader), context.budget.remaining(now)
    with context.database.reading() as session:
        vital_signs = signs(read_vitals(session, now, remaining), now)
        return Overview(now, queue, vital_signs, list(_flow(session, now)), total_counts(session))


def _flow(session: Session, now: datetime) -> Iterator[FlowHour]:
    first, this = hourly_counts.first_hour(session), hour_of(now)
    counts = hourly_counts.read(session, this - (HOURS - 1) * HOUR, this + HOUR)
    for number in range(HOURS):
        hour = this - (HOURS - 1 - number) * HOUR
        of_hour = counts.get(hour, {})
        sums = [sum(count for (kind, _), count in of_hour.items() if kind is flow_kind) for flow_kind in FLOW]
        yield FlowHour(hour, *(sums if first is not None and hour >= first else [None] * len(FLOW)))


def overview_document(overview: Overview) -> dict[str, Any]:
    """Return the Overview as API and command line show it; a null is unknown."""
    totals = overview.totals
    return {
        "as_of": overview.at,
        "matters": list(map(_matter, overview.queue)),
        "signs": list(map(_sign, overview.signs)),
        "hours": [vars(hour) for hour in overview.flow],
        "counted_at": totals and totals.at,
        "stages": totals and dict(totals.stages),
        "awards": totals and {state: _sums(of) for state, of in totals.awards.items()},
    }


def _matter(item: TodoItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "count": min(item.count, MOST),
        "more": item.count > MOST,
        "since": item.since,
        "credit": {currency: amount_text(amount) for currency, amount in item.sums},
    }


def _sign(sign: Sign) -> dict[str, Any]:
    words = sign_words(sign)
    line = {"id": str(sign.id), "health": str(sign.health), "text": f"{words.name}: {words.figure}"}
    return {**line, "at": sign.at, "count": sign.count, "total": sign.total}


def _sums(by_currency: Mapping[str, Sum]) -> dict[str, dict[str, Any]]:
    return {
        currency: {"awards": total.awards, "amount": amount_text(total.amount)}
        for currency, total in by_currency.items()
    }
