"""Reviews: asked, found, listed."""

from __future__ import annotations

from sqlalchemy import select, tuple_, type_coerce
from sqlalchemy.orm import Session

from receiver.domain.reviews import ReviewAnswer, ReviewState
from receiver.errors import NotFound
from receiver.storage.tables import Review, Store


def open_review(session: Session, store_id: str) -> Review | None:
    return session.scalars(select(Review).where(Review.store_id == store_id, Review.state == "open")).first()


def newest_review(session: Session, store_id: str) -> Review | None:
    query = select(Review).where(Review.store_id == store_id).order_by(Review.asked_at.desc(), Review.id)
    return session.scalars(query.limit(1)).first()


def get_review(session: Session, review_id: str, *, locked: bool = False) -> Review:
    """Raises NotFound."""
    query = select(Review).where(Review.id == review_id)
    review = None
    if review_id.isprintable():  # PostgreSQL takes no NUL
        review = session.scalars(query.with_for_update() if locked else query).first()
    if review is None:
        raise NotFound(f"there is no review {review_id}")
    return review


def list_reviews(session: Session, state: str | None, limit: int) -> list[Review]:
    """List reviews, the longest waiting first; `limit` 0 for all."""
    query = select(Review).order_by(Review.asked_at, Review.id)
    if state:
        query = query.where(Review.state == state)
    return list(session.scalars(query.limit(limit) if limit else query))


def find_page(session: Session, state: str | None, after: str | None, limit: int) -> list[tuple[Review, str]]:
    """With their stores' names, from the one after `after` on. Raises NotFound."""
    query = select(Review, Store.name).join(Store, Store.id == Review.store_id)
    if state:
        query = query.where(Review.state == state)
    if after is not None:
        last = get_review(session, after)
        place = tuple_(type_coerce(last.asked_at, Review.asked_at.type), last.id)
        query = query.where(tuple_(Review.asked_at, Review.id) > place)
    ordered = query.order_by(Review.asked_at, Review.id).limit(limit)
    return [(review, name) for review, name in session.execute(ordered)]


def review_state(row: Review) -> ReviewState:
    """Return what the domain knows of a review."""
    return ReviewState(
        id=row.id,
        asked_at=row.asked_at,
        answer=ReviewAnswer(row.answer) if row.answer else None,
        answered_at=row.answered_at,
        reason=row.reason,
    )
