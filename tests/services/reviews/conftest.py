"""Reviews to ask for and to answer, once every date of the window is final."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.container import Container
from receiver.domain.reviews import ReviewAnswer
from receiver.services.reviews.answer import StaffAnswer, answer_review
from receiver.services.reviews.ask import ask_review
from receiver.services.stores.record_fact import StaffFact, validate_fact
from tests.factories import SETTLED
from tests.fakes import FrozenClock


class ReviewActions:
    """What merchants and staff do about reviews."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def ask(self, message: str = "we are based in the US", store_id: str = "st_1") -> str:
        """Request a review and return its id."""
        return ask_review(self._container, store_id, message)[0].id

    def answer(self, review_id: str, answer: StaffAnswer) -> dict[str, Any]:
        """Answer a review and return it."""
        return answer_review(self._container, review_id, answer, "ann")

    def uphold(self, review_id: str, reason: str = "the register says so") -> dict[str, Any]:
        """Uphold the decision and return the review."""
        return self.answer(review_id, StaffAnswer(ReviewAnswer.UPHELD, reason))

    def override(self, review_id: str) -> dict[str, Any]:
        """Let the store pass the rule of its market and return the review."""
        fact = self.fact("override", "store_market=pass")
        return self.answer(review_id, StaffAnswer(ReviewAnswer.OVERRIDDEN, "looked again", fact))

    def fact(self, name: str, value: str) -> StaffFact:
        """Return a fact that staff entered."""
        return validate_fact(name, value, self._container.now(), reason="looked again", evidence="ticket 9")


@pytest.fixture
def reviews(container: Container, clock: FrozenClock) -> ReviewActions:
    """The acts, on a clock at which every date is final."""
    clock.at = SETTLED
    return ReviewActions(container)
