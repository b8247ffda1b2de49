"""Signals already taken in; the primary key says it, not luck."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.signals import News
from receiver.storage.tables import Signal


def is_taken_in(session: Session, store_id: str, news: News) -> bool:
    return session.get(Signal, (store_id, news.install_id, news.seq)) is not None


def note_taken_in(session: Session, store_id: str, news: News, event: str, delivery_id: int) -> None:
    session.add(
        Signal(
            store_id=store_id,
            install_id=news.install_id,
            seq=news.seq,
            event=event,
            at=news.at,
            delivery_id=delivery_id,
        )
    )


def news_as_list(news: News) -> list[str | int]:
    """How an order key stands in a row."""
    return [news.install_id, news.seq, news.at.isoformat()]


def news_from_list(kept: list[str | int] | None) -> News | None:
    if kept is None:
        return None
    install_id, seq, at = kept
    return News(str(install_id), int(seq), datetime.fromisoformat(str(at)))
