"""Shows a review with the decision that its merchant disagrees with."""

from __future__ import annotations

from typing import Any

from receiver.services.decisions.history import show_decision
from receiver.services.reviews.records import review_row
from receiver.storage import reviews
from receiver.storage.database import Database


def show_review(database: Database, review_id: str) -> dict[str, Any]:
    """Return a review and the decision shown to the merchant before it asked (None: none).

    Raises NotFound.
    """
    with database.reading() as session:
        review = reviews.get_review(session, review_id)
    decision = show_decision(database, review.decision_id) if review.decision_id else None
    return {**review_row(review), "told": decision and decision["answer"]}
