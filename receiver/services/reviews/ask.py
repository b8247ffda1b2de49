"""Takes a merchant's request for a review: at most one of a store is open. Idempotent."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.reviews import ReviewState, ReviewSummary
from receiver.errors import Refused
from receiver.services.context import ServiceContext
from receiver.storage import audit, decisions, reviews, stores
from receiver.storage.tables import Review


def ask_review(context: ServiceContext, store_id: str, message: str) -> tuple[ReviewSummary, bool]:
    """Request a review and return it, with whether it is new: the same text again is the open review.

    Raises NotFound, and Refused while another review is open.
    """
    now = context.now()
    with context.database.writing() as session:
        stores.lock_stores(session, [store_id])
        store = stores.get_store(session, store_id)
        open_review = reviews.open_review(session, store_id)
        if open_review is None:
            return reviews.review_summary(_add_review(session, now, store.id, message)), True
    if open_review.message != message:
        raise Refused("a review is open already; our team answers it first")
    return reviews.review_summary(open_review), False


def _add_review(session: Session, now: datetime, store_id: str, message: str) -> Review:
    decision = decisions.last_decision(session, store_id)
    review = Review(
        id=f"rv_{secrets.token_hex(10)}",
        store_id=store_id,
        state=ReviewState.OPEN,
        message=message,
        asked_at=now,
        decision_id=decision.id if decision else None,
    )
    session.add(review)
    audit.record(session, now, Agent.MERCHANT, AuditAction.REVIEW_ASKED, review.id, {"store": store_id})
    return review
