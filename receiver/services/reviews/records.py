"""Reviews as services hand them on."""

from __future__ import annotations

from typing import Any

from receiver.storage.tables import Review


def review_row(review: Review) -> dict[str, Any]:
    """Return a review as the API and the command line show it."""
    return {
        "id": review.id,
        "store": review.store_id,
        "state": review.state,
        "asked_at": review.asked_at,
        "message": review.message,
        "decision": review.decision_id,
        "answer": review.answer,
        "recorded": review.recorded,
        "reason": review.reason,
        "answered_at": review.answered_at,
        "answered_by": review.answered_by,
    }
