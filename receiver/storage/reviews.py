"""Reviews: asked, found, listed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.errors import NotFound
from receiver.storage.tables import Review


def open_review(session: Session, store_id: str) -> Review | None:
    return session.scalars(select(Review).where(Review.store_id == store_id, Review.state == "open")).first()


def newest_review(session: Session, store_id: str) -> Review | None:
    query = select(Review).where(Review.store_id == store_id).order_by(Review.asked_at.desc(), Review.id)
    return session.scalars(query.limit(1)).first()


def known_review(session: Session, review_id: str, *, locked: bool = False) -> Review:
    """Raises NotFound."""
    query = select(Review).where(Review.id == review_id)
    review = session.scalars(query.with_for_update() if locked else query).first()
    if review is None:
        raise NotFound(f"there is no review {review_id}")
    return review


def list_reviews(session: Session, state: str | None, limit: int) -> list[Review]:
    """Who has waited longest comes first; 0 = all."""
    query = select(Review).order_by(Review.asked_at, Review.id)
    if state:
        query = query.where(Review.state == state)
    return list(session.scalars(query.limit(limit) if limit else query))
