"""Signals that were applied, and their order key as it stands in a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from receiver.domain.signals import SequenceFall, SignalOrder
from receiver.storage.tables import Signal


def purge_signals(session: Session, before: datetime, limit: int) -> int:
    """Forget that signals of before a moment were applied; answers how many rows went."""
    key = (Signal.store_id, Signal.install_id, Signal.seq)
    old = tuple_(*key).in_(select(*key).where(Signal.at < before).limit(limit))
    gone = session.execute(
        delete(Signal).where(old).returning(Signal.seq), execution_options={"synchronize_session": False}
    )
    return len(gone.all())


def forget_signals(session: Session, store_id: str, install_id: str, from_seq: int) -> None:
    """Forget that an install's signals from a number on were applied: it counts from there anew."""
    session.execute(
        delete(Signal)
        .where(Signal.store_id == store_id, Signal.install_id == install_id, Signal.seq >= from_seq)
        .execution_options(synchronize_session="fetch")
    )


def fall_as_dict(fall: SequenceFall) -> dict[str, Any]:
    """Return a fall of the sequence as it is stored."""
    return {"first": news_as_list(fall.first), "last": news_as_list(fall.last), "count": fall.count}


def fall_from_dict(kept: Mapping[str, Any] | None) -> SequenceFall | None:
    """Read a stored fall of the sequence, None where none is stored."""
    first, last = (news_from_list(kept[name]) for name in ("first", "last")) if kept else (None, None)
    if kept is None or first is None or last is None:
        return None
    return SequenceFall(first, last, int(kept["count"]))


def news_as_list(news: SignalOrder) -> list[str | int]:
    """Return a signal's order as it is stored: installation, sequence number, ISO time."""
    return [news.install_id, news.seq, news.at.isoformat()]


def news_from_list(kept: list[str | int] | None) -> SignalOrder | None:
    """Read a stored signal order, None where none is stored."""
    if kept is None:
        return None
    install_id, seq, at = kept
    return SignalOrder(str(install_id), int(seq), datetime.fromisoformat(str(at)))
