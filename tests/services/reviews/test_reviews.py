"""A merchant asks for a review, staff answer it once, and the answer does what it says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from receiver.container import Container
from receiver.documents.status import full_document, status_document
from receiver.domain.reviews import ReviewAnswer
from receiver.errors import InputError, NotFound, Refused
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.reviews.reviews import (
    Answered,
    answer_review,
    ask_review,
    page_of_reviews,
    show_review,
)
from receiver.services.stores.record_fact import checked_fact
from receiver.storage import tables
from tests.db_factories import keep_all, keep_store
from tests.factories import SETTLED
from tests.fakes import FrozenClock


@pytest.fixture(autouse=True)
def settled(clock: FrozenClock) -> None:
    clock.at = SETTLED


def ask(container: Container, message: str = "we are based in the US", store_id: str = "st_1") -> str:
    return ask_review(container.database, container.now(), store_id, message)[0].id


def answer(container: Container, review_id: str, given: Answered) -> dict:
    return answer_review(container.database, container.now(), review_id, given, "ann")


def fact(container: Container, name: str, value: str):
    return checked_fact(name, value, container.now(), reason="looked again", evidence="ticket 9")


def upheld(reason: str = "the register says so") -> Answered:
    return Answered(ReviewAnswer.UPHELD, reason)


def overridden(container: Container, value: str = "store_market=pass") -> Answered:
    return Answered(ReviewAnswer.OVERRIDDEN, "looked again", fact(container, "override", value))


def test_a_review_keeps_the_words_and_what_the_merchant_had_been_told(container):
    keep_all(container, spent="20.00")
    told = status_document(decide_store(container.database, SETTLED, "st_1"))
    shown = show_review(container.database, ask(container))
    assert (shown["state"], shown["message"], shown["told"]) == ("open", "we are based in the US", told)


def test_a_store_that_was_never_decided_may_ask_too(container):
    keep_store(container)
    assert show_review(container.database, ask(container))["told"] is None


def test_one_is_open_at_a_time_and_the_same_words_again_are_the_same_one(container):
    keep_store(container)
    first, is_new = ask_review(container.database, SETTLED, "st_1", "wrong")
    again, is_new_again = ask_review(container.database, SETTLED, "st_1", "wrong")
    assert (first, is_new, again, is_new_again) == (again, True, first, False)
    with pytest.raises(Refused, match="open already"):
        ask(container, "something else")
    keep_store(container, "st_2")
    ask(container, store_id="st_2")  # another store's own
    answer(container, first.id, upheld())
    assert ask(container, "something else") != first.id


def test_many_who_ask_at_once_open_one(container):
    keep_store(container)
    with ThreadPoolExecutor(4) as many:
        asked = list(many.map(lambda _: ask(container), range(8)))
    assert len(set(asked)) == 1


def test_who_has_waited_longest_comes_first(container, clock):
    for number in (1, 2, 3):
        keep_store(container, f"st_{number}")
    asked = []
    for number in (2, 3, 1):
        asked.append(ask(container, store_id=f"st_{number}"))
        clock.move(hours=1)
    answer(container, asked[1], upheld())
    assert [row["id"] for row in page_of_reviews(container.database, None, limit=0).rows] == asked
    assert [row["id"] for row in page_of_reviews(container.database, "open", limit=0).rows] == [
        asked[0],
        asked[2],
    ]
    assert [row["id"] for row in page_of_reviews(container.database, None, limit=1).rows] == asked[:1]


def test_an_override_takes_effect_and_the_merchant_reads_why(container):
    keep_all(container)
    with container.database.writing() as session:
        session.get_one(tables.Store, "st_1").country = "DE"
    assert decide_store(container.database, SETTLED, "st_1").stage == "ineligible"
    review_id = ask(container)
    answer(container, review_id, overridden(container))
    assert decide_store(container.database, SETTLED, "st_1").stage == "due"
    shown = full_document(status_of(container.database, SETTLED, "st_1"))["review"]
    assert (shown["id"], shown["state"], shown["answer"]) == (review_id, "answered", "overridden")
    assert shown["text"].endswith("changed the decision: looked again")


def test_a_fact_recorded_as_the_answer_counts_like_any_other(container):
    keep_all(container)
    given = Answered(ReviewAnswer.FACT_RECORDED, "bill seen", fact(container, "payment", "unknown"))
    recorded = answer(container, ask(container), given)["recorded"]
    assert recorded == {"name": "payment", "value": "unknown"}
    assert decide_store(container.database, SETTLED, "st_1").spend.provisional


def test_upholding_changes_no_fact(container):
    keep_all(container)
    before = decide_store(container.database, SETTLED, "st_1")
    answer(container, ask(container), upheld())
    assert status_document(decide_store(container.database, SETTLED, "st_1")) == status_document(before)
    shown = full_document(status_of(container.database, SETTLED, "st_1"))["review"]
    assert shown["text"].endswith("the decision stands: the register says so")


def test_the_same_answer_again_changes_nothing_and_another_is_refused(container, clock):
    keep_all(container)
    review_id = ask(container)
    first = answer(container, review_id, overridden(container))
    clock.move(hours=1)
    assert answer(container, review_id, overridden(container)) == first
    with pytest.raises(Refused, match="answered before: overridden, looked again"):
        answer(container, review_id, upheld())
    with container.database.reading() as session:
        overrides = session.scalars(
            select(tables.RecordedFact).where(tables.RecordedFact.name.startswith("override"))
        )
        assert len(list(overrides)) == 1


def test_asking_and_answering_are_audited_without_the_merchants_words(container):
    keep_all(container)
    review_id = ask(container)
    answer(container, review_id, upheld())
    with container.database.reading() as session:
        of_review = select(tables.AuditEntry).where(tables.AuditEntry.subject == review_id)
        entries = [(row.actor, row.action, row.detail) for row in session.scalars(of_review)]
    assert entries == [
        ("merchant", "review asked", {"store": "st_1"}),
        ("ann", "review answered", {"answer": "upheld", "reason": "the register says so"}),
    ]


def test_an_answer_needs_a_reason_and_a_review(container):
    keep_store(container)
    with pytest.raises(InputError, match="reason"):
        answer(container, ask(container), upheld(" "))
    with pytest.raises(NotFound, match="rv_none"):
        answer(container, "rv_none", upheld())
    with pytest.raises(NotFound, match="st_none"):
        ask(container, store_id="st_none")
