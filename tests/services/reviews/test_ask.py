"""A merchant asks for a review; one of a store is open at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from receiver.documents.status import status_document
from receiver.errors import NotFound, Refused
from receiver.services.decisions.decide import decide_store
from receiver.services.reviews.ask import ask_review
from receiver.services.reviews.show import show_review
from tests.db_factories import keep_all, keep_store
from tests.factories import SETTLED


def test_a_review_keeps_the_words_and_what_the_merchant_had_been_told(container, reviews):
    keep_all(container, spent="20.00")
    status = status_document(decide_store(container.at(SETTLED), "st_1"))
    review = show_review(container.database, reviews.ask())
    assert (review["state"], review["message"], review["told"]) == ("open", "we are based in the US", status)


def test_a_store_that_was_never_decided_may_ask_too(container, reviews):
    keep_store(container)
    assert show_review(container.database, reviews.ask())["told"] is None


def test_one_is_open_at_a_time_and_the_same_words_again_are_the_same_one(container, reviews):
    keep_store(container)
    first, is_new = ask_review(container.at(SETTLED), "st_1", "wrong")
    again, is_new_again = ask_review(container.at(SETTLED), "st_1", "wrong")
    assert (first, is_new, again, is_new_again) == (again, True, first, False)
    with pytest.raises(Refused, match="open already"):
        reviews.ask("something else")
    keep_store(container, "st_2")
    reviews.ask(store_id="st_2")  # another store's own
    reviews.uphold(first.id)
    assert reviews.ask("something else") != first.id


def test_many_who_ask_at_once_open_one(container, reviews):
    keep_store(container)
    with ThreadPoolExecutor(4) as many:
        review_ids = list(many.map(lambda _: reviews.ask(), range(8)))
    assert len(set(review_ids)) == 1


def test_only_a_store_that_is_here_may_ask(reviews):
    with pytest.raises(NotFound, match="st_none"):
        reviews.ask(store_id="st_none")
