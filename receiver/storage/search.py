"""Queries of the search box: deliveries by number or sender's id, and awards by id or reference."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Row, or_, select, union
from sqlalchemy.orm import Session, load_only

from receiver.domain.awards import AwardDelivery
from receiver.paging import LARGEST_ID
from receiver.storage.store_names import SHORTEST_ID_PART
from receiver.storage.tables import Award, Delivery, Store

SENDERS_IDS_AMONG = 20_000  # deliveries
SHOWN = (Delivery.id, Delivery.state, Delivery.topic, Delivery.store_id, Delivery.delivery_id)


def find_deliveries(session: Session, text: str, limit: int) -> list[Delivery]:
    """Return at most `limit` deliveries with this number or this sender's id, the newest first.

    Senders' ids are searched among the newest SENDERS_IDS_AMONG: an index of them would add a fifth to the
    time of storing each webhook. Bodies and headers stay in the database.
    """
    newest = select(Delivery.id, Delivery.delivery_id).order_by(Delivery.id.desc()).limit(SENDERS_IDS_AMONG)
    candidates = newest.subquery()
    ids = [select(candidates.c.id).where(candidates.c.delivery_id == text)]
    if text.isascii() and text.isdecimal() and int(text) <= LARGEST_ID:
        ids.append(select(Delivery.id).where(Delivery.id == int(text)))
    matches = Delivery.id.in_(select(union(*ids).subquery().c.id))
    query = select(Delivery).options(load_only(*SHOWN)).where(matches).order_by(Delivery.id.desc())
    return list(session.scalars(query.limit(limit)))


def find_awards(session: Session, text: str, limit: int) -> Sequence[Row[Award, str]]:
    """Return at most `limit` awards with their stores' names, the earliest due first.

    They match by id or part of it, or by part of an applied credit's reference. Codes are not searched:
    neither whole ones nor the last characters that are stored in clear.
    """
    conditions = [Award.id == text]
    if len(text) >= SHORTEST_ID_PART:
        conditions.append(Award.id.icontains(text, autoescape=True))
    is_applied = Award.delivery == AwardDelivery.APPLIED
    conditions.append(is_applied & Award.reference.icontains(text, autoescape=True))
    query = select(Award, Store.name).join(Store, Store.id == Award.store_id).where(or_(*conditions))
    return session.execute(query.order_by(Award.due_by, Award.id).limit(limit)).all()
