"""A merchant's request for a review, and the review as its merchant reads it."""

from __future__ import annotations

from typing import Any

from babel import Locale
from marshmallow import ValidationError

from receiver.documents.fields import DashIsNull, Strict, load_document
from receiver.documents.times import time_text
from receiver.domain.reviews import ReviewState, ReviewSummary
from receiver.i18n.languages import ENGLISH
from receiver.i18n.words import review_words

LONGEST_MESSAGE = 2000


class _Message(DashIsNull):
    """A text of several lines, without control characters."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = value.strip() if isinstance(value, str) else ""
        plain = all(character.isprintable() or character in "\r\n\t" for character in text)
        if not text or len(text) > LONGEST_MESSAGE or not plain:
            raise ValidationError(f"must be a text of 1 to {LONGEST_MESSAGE} characters")
        return text


class ReviewRequest(Strict):
    """A merchant's request for a review."""

    message = _Message(required=True)


def read_message(document: Any) -> str:
    """Return the merchant's message. Raises InputError with the path of the wrong field."""
    return str(load_document(ReviewRequest(), document)["message"])


def review_document(review: ReviewSummary, locale: Locale = ENGLISH) -> dict[str, Any]:
    """Return a review as its merchant reads it; the merchant's own words stay with staff."""
    return {
        "id": review.id,
        "state": ReviewState.ANSWERED if review.answer else ReviewState.OPEN,
        "asked_at": time_text(review.asked_at),
        "answered_at": review.answered_at and time_text(review.answered_at),
        "answer": review.answer and review.answer.value,
        "text": review_words(review, locale),
    }
