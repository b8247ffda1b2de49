"""Round robin over the stores that have deliveries due, so that none waits for another's queue.

Of a long queue both ends are read, the longest waiting and the newest deliveries: a claim costs the same
however long the queue is, and a delivery that arrives during a flood has its turn in the next batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import chain, islice, zip_longest
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from receiver.storage.tables import Delivery

DUE = cast(Table, Delivery.__table__).c  # its columns: the class's own take twice as long to read
LONGEST_WAITING = 1_000  # deliveries, or a batch where that is more
NEWEST = 3_000  # more than come until the worker claims again


def in_turn(session: Session, now: datetime, limit: int) -> list[int]:
    """Return ids of due deliveries in turn: one of each store, then a second, and so on. Locks nothing."""
    queues: defaultdict[str | None, list[int]] = defaultdict(list)  # None: TikTok's own webhooks
    for delivery_id, store_id in _both_ends(session, now, max(LONGEST_WAITING, limit)):
        queues[store_id].append(delivery_id)
    turns = chain.from_iterable(zip_longest(*queues.values()))
    return list(islice((delivery_id for delivery_id in turns if delivery_id is not None), limit))


def _both_ends(session: Session, now: datetime, longest_waiting: int) -> Iterable[tuple[int, str | None]]:
    """Return the longest due and the newest due deliveries with their stores, the longest due first."""
    due = select(DUE.id, DUE.store_id).where(DUE.due_at <= now)
    longest = session.execute(due.order_by(DUE.due_at, DUE.id).limit(longest_waiting)).all()
    last = session.execute(due.order_by(DUE.due_at.desc(), DUE.id.desc()).limit(NEWEST)).all()
    return dict([*longest, *reversed(last)]).items()
