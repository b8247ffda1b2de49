"""Applied signals, and the stored form of their order key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from receiver.domain.signals import SequenceFall, SignalOrder
from receiver.storage.tables import Signal


def purge_signals(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` signals from before a time from the applied ones; return their number."""
    key = (Signal.store_id, Signal.install_id, Signal.seq)
    old = tuple_(*key).in_(select(*key).where(Signal.at < before).limit(limit))
    deleted = session.execute(
        delete(Signal).where(old).returning(Signal.seq), execution_options={"synchronize_session": False}
    )
    return len(deleted.all())


def forget_signals(session: Session, store_id: str, install_id: str, from_seq: int) -> None:
    """Delete an install's signals from this number on from the applied ones: it counts anew from there."""
    session.execute(
        delete(Signal)
        .where(Signal.store_id == store_id, Signal.install_id == install_id, Signal.seq >= from_seq)
        .execution_options(synchronize_session="fetch")
    )


def fall_as_dict(fall: SequenceFall) -> dict[str, Any]:
    """Return the stored form of a fall of the sequence."""
    return {"first": news_as_list(fall.first), "last": news_as_list(fall.last), "count": fall.count}


def fall_from_dict(document: Mapping[str, Any] | None) -> SequenceFall | None:
    """Read a stored fall of the sequence, None where none is stored."""
    first, last = (news_from_list(document[name]) for name in ("first", "last")) if document else (None, None)
    if document is None or first is None or last is None:
        return None
    return SequenceFall(first, last, int(document["count"]))


def news_as_list(news: SignalOrder) -> list[str | int]:
    """Return the stored form of a signal's order: installation, sequence number, ISO time."""
    return [news.install_id, news.seq, news.at.isoformat()]


def news_from_list(values: list[str | int] | None) -> SignalOrder | None:
    """Read a stored signal order, None where none is stored."""
    if values is None:
        return None
    install_id, seq, at = values
    return SignalOrder(str(install_id), int(seq), datetime.fromisoformat(str(at)))
