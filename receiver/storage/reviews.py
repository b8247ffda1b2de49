"""Reviews of decisions: look-ups and pages."""

from __future__ import annotations

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from receiver.domain.reviews import ReviewState, ReviewSummary
from receiver.errors import NotFound
from receiver.paging import Page
from receiver.storage.paging import Keyset, read_rows
from receiver.storage.tables import Review, Store

LONGEST_WAITING = Keyset((Review.asked_at, Review.id))


def open_review(session: Session, store_id: str) -> Review | None:
    """Return the store's open review, None without one."""
    return session.scalars(
        select(Review).where(Review.store_id == store_id, Review.state == ReviewState.OPEN)
    ).first()


def newest_review(session: Session, store_id: str) -> Review | None:
    """Return the store's newest review, None without one."""
    query = select(Review).where(Review.store_id == store_id).order_by(Review.asked_at.desc(), Review.id)
    return session.scalars(query.limit(1)).first()


def get_review(session: Session, review_id: str, *, locked: bool = False) -> Review:
    """Return a review; `locked` locks its row. Raises NotFound."""
    query = select(Review).where(Review.id == review_id)
    review = None
    if review_id.isprintable():  # PostgreSQL takes no NUL
        review = session.scalars(query.with_for_update() if locked else query).first()
    if review is None:
        raise NotFound(f"there is no review {review_id}")
    return review


def page_of_reviews(
    session: Session, state: ReviewState | None, *, after: str | None, limit: int
) -> Page[Row[Review, str]]:
    """Return a page of reviews with their stores' names, the longest waiting first; `limit` 0 for all.

    `after` is the id of the last review of the page before. Raises NotFound for an unknown one.
    """
    query = select(Review, Store.name).join(Store, Store.id == Review.store_id)
    if state:
        query = query.where(Review.state == state)
    key = None if after is None else (get_review(session, after).asked_at, after)
    return read_rows(session, query, LONGEST_WAITING, after=key, limit=limit, cursor=lambda row: row[0].id)


def review_summary(row: Review) -> ReviewSummary:
    """Return what the domain needs of a review."""
    return ReviewSummary(
        id=row.id,
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
        reason=row.reason,
    )
