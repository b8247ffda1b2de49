"""Reviews are listed in the order in which they were asked for."""

from __future__ import annotations

from receiver.domain.reviews import ReviewState
from receiver.services.reviews.listing import page_of_reviews
from tests.db_factories import keep_store


def test_who_has_waited_longest_comes_first(container, reviews, clock):
    for number in (1, 2, 3):
        keep_store(container, f"st_{number}")
    review_ids = []
    for number in (2, 3, 1):
        review_ids.append(reviews.ask(store_id=f"st_{number}"))
        clock.move(hours=1)
    reviews.uphold(review_ids[1])
    assert [row["id"] for row in page_of_reviews(container.database, None, limit=0).rows] == review_ids
    assert [row["id"] for row in page_of_reviews(container.database, ReviewState.OPEN, limit=0).rows] == [
        review_ids[0],
        review_ids[2],
    ]
    assert [row["id"] for row in page_of_reviews(container.database, None, limit=1).rows] == review_ids[:1]
