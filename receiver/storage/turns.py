"""Round robin over the stores that have deliveries due: none waits for another's queue, however long.

A lane is the queue of one store (TikTok's own webhooks are one too). An index holds the lanes side by side,
and both statements walk along it: what is read is what is taken, not what waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.orm import Session

from receiver.storage.types import Utc

LOOKED_AT = (
    10  # lanes for each delivery wanted: those whose deliveries all wait for a later try are passed by
)
KEYS = 2**32  # as many places to begin at

# The order names the lane first so that no other index can serve it: by the time alone, the queue of one
# store would be read through to find the next delivery of another.
_IN_LANES = "due_at IS NOT NULL {only} ORDER BY coalesce({of}store_id, ''), {of}due_at, {of}id LIMIT 1"
_FIRST_LANE = _IN_LANES.format(of="f.", only="AND coalesce(f.store_id, '') >= :start")
_NEXT_LANE = _IN_LANES.format(of="n.", only="AND coalesce(n.store_id, '') > heads.lane")
_NEXT_IN_LANE = _IN_LANES.format(
    of="n.",
    # Twice, for SQLite finds no row of values in an index of expressions.
    only="AND coalesce(n.store_id, '') >= turns.lane"
    " AND (coalesce(n.store_id, ''), n.due_at, n.id) > (turns.lane, turns.due_at, turns.id)",
)
_COLUMNS = "d.id, coalesce(d.store_id, ''), d.due_at"
HEADS = text(f"""
    WITH RECURSIVE heads (id, lane, due_at, place) AS (
        SELECT {_COLUMNS}, 1 FROM deliveries d WHERE d.id = (
            SELECT f.id FROM deliveries f WHERE f.{_FIRST_LANE}
        )
        UNION ALL
        SELECT {_COLUMNS}, heads.place + 1 FROM heads JOIN deliveries d ON d.id = (
            SELECT n.id FROM deliveries n WHERE n.{_NEXT_LANE}
        )
        WHERE heads.place < :looked_at
    )
    SELECT id FROM heads WHERE due_at <= :now LIMIT :most
""")  # noqa: S608 (names of ours)
TURNS = text(f"""
    WITH RECURSIVE turns (id, lane, due_at, turn) AS (
        SELECT {_COLUMNS}, 1 FROM deliveries d WHERE d.id IN :heads
        UNION ALL
        SELECT {_COLUMNS}, turns.turn + 1 FROM turns JOIN deliveries d ON d.id = (
            SELECT n.id FROM deliveries n WHERE n.{_NEXT_IN_LANE}
        )
        WHERE coalesce(d.store_id, '') = turns.lane AND turns.due_at <= :now AND turns.turn < :most
    )
    SELECT id FROM turns WHERE due_at <= :now LIMIT :most
""")  # noqa: S608 (names of ours)
_NOW = bindparam("now", type_=Utc)


def in_turn(session: Session, now: datetime, limit: int, chance: float) -> list[int]:
    """Ids of deliveries due, one of each store, then a second of each, and so on; `chance` is in [0, 1).

    Where more stores wait than `limit`, those behind a place that `chance` picks. Locks nothing.
    """
    heads = _heads(session, now, limit, f"st_{int(chance * KEYS):08x}")
    if len(heads) < limit:
        heads = list(dict.fromkeys([*heads, *_heads(session, now, limit, "")]))[:limit]
    if len(heads) < 2:  # nobody beside it: the order of time is its turn
        return []
    query = TURNS.bindparams(_NOW, bindparam("heads", expanding=True, type_=BigInteger))
    # The rows come as the walk makes them, a turn of all lanes before the next; it ends with the last wanted.
    return list(session.scalars(query, {"heads": heads, "now": now, "most": limit}).all())


def _heads(session: Session, now: datetime, limit: int, start: str) -> Sequence[int]:
    """The first delivery of each lane from `start` on that has one due."""
    asked = {"start": start, "now": now, "most": limit, "looked_at": LOOKED_AT * limit}
    return session.scalars(HEADS.bindparams(_NOW), asked).all()
