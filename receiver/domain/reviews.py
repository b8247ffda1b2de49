"""Reviews that merchants ask for: staff answer each once, and the answer is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewAnswer(StrEnum):
    """The answer of staff to a review."""

    UPHELD = "upheld"  # what we said stands
    OVERRIDDEN = "overridden"  # a rule's outcome was replaced
    FACT_RECORDED = "fact_recorded"  # what we knew was wrong or missing


class ReviewState(StrEnum):
    """The states of a review."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True)
class ReviewSummary:
    """The part of a review that its merchant may see; open while `answer` is None."""

    id: str
    asked_at: datetime
    answer: ReviewAnswer | None = None
    answered_at: datetime | None = None
    reason: str | None = None
