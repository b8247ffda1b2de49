"""Staff answer a review once, and the answer does what it says."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from receiver.documents.status import full_document, status_document
from receiver.domain.reviews import ReviewAnswer
from receiver.errors import InputError, NotFound, Refused
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.reviews.answer import StaffAnswer
from receiver.storage import tables
from tests.db_factories import keep_all, keep_store
from tests.factories import SETTLED


def test_an_override_takes_effect_and_the_merchant_reads_why(container, reviews):
    keep_all(container)
    with container.database.writing() as session:
        session.get_one(tables.Store, "st_1").country = "DE"
    assert decide_store(container.at(SETTLED), "st_1").stage == "ineligible"
    review_id = reviews.ask()
    reviews.override(review_id)
    assert decide_store(container.at(SETTLED), "st_1").stage == "due"
    review = full_document(status_of(container.at(SETTLED), "st_1"))["review"]
    assert (review["id"], review["state"], review["answer"]) == (review_id, "answered", "overridden")
    assert review["text"].endswith("changed the decision: looked again")


def test_a_fact_recorded_as_the_answer_counts_like_any_other(container, reviews):
    keep_all(container)
    answer = StaffAnswer(ReviewAnswer.FACT_RECORDED, "bill seen", reviews.fact("payment", "unknown"))
    recorded = reviews.answer(reviews.ask(), answer)["recorded"]
    assert recorded == {"name": "payment", "value": "unknown"}
    assert decide_store(container.at(SETTLED), "st_1").spend.provisional


def test_upholding_changes_no_fact(container, reviews):
    keep_all(container)
    before = decide_store(container.at(SETTLED), "st_1")
    reviews.uphold(reviews.ask())
    assert status_document(decide_store(container.at(SETTLED), "st_1")) == status_document(before)
    review = full_document(status_of(container.at(SETTLED), "st_1"))["review"]
    assert review["text"].endswith("the decision stands: the register says so")


def test_the_same_answer_again_changes_nothing_and_another_is_refused(container, reviews, clock):
    keep_all(container)
    review_id = reviews.ask()
    first = reviews.override(review_id)
    clock.move(hours=1)
    assert reviews.override(review_id) == first
    with pytest.raises(Refused, match="answered before: overridden, looked again"):
        reviews.uphold(review_id)
    with container.database.reading() as session:
        overrides = session.scalars(
            select(tables.RecordedFact).where(tables.RecordedFact.name.startswith("override"))
        )
        assert len(list(overrides)) == 1


def test_asking_and_answering_are_audited_without_the_merchants_words(container, reviews):
    keep_all(container)
    review_id = reviews.ask()
    reviews.uphold(review_id)
    with container.database.reading() as session:
        of_review = select(tables.AuditEntry).where(tables.AuditEntry.subject == review_id)
        entries = [(row.actor, row.action, row.detail) for row in session.scalars(of_review)]
    assert entries == [
        ("merchant", "review asked", {"store": "st_1"}),
        ("ann", "review answered", {"answer": "upheld", "reason": "the register says so"}),
    ]


def test_an_answer_needs_a_reason_and_a_review(container, reviews):
    keep_store(container)
    with pytest.raises(InputError, match="reason"):
        reviews.uphold(reviews.ask(), " ")
    with pytest.raises(NotFound, match="rv_none"):
        reviews.uphold("rv_none")
