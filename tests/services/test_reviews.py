"""A merchant asks for a review, staff answer it once, and the answer does what it says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from receiver.documents.status import full_document, status_document
from receiver.domain.reviews import Answer
from receiver.errors import InputError, NotFound, Refused
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.reviews import Answered, answer_review, ask_review, list_reviews, show_review
from receiver.services.decisions.status import status_of
from receiver.services.facts.record import checked_fact
from receiver.storage import tables
from receiver.wiring import Wiring
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.rows import keep_all, keep_store


@pytest.fixture(autouse=True)
def settled(clock: FrozenClock) -> None:
    clock.at = SETTLED


def ask(wired: Wiring, message: str = "we are based in the US", store_id: str = "st_1") -> str:
    return ask_review(wired.database, wired.now(), store_id, message)[0].id


def answer(wired: Wiring, review_id: str, given: Answered) -> dict:
    return answer_review(wired.database, wired.now(), review_id, given, "ann")


def fact(wired: Wiring, name: str, value: str):
    return checked_fact(name, value, wired.now(), reason="looked again", evidence="ticket 9")


def upheld(reason: str = "the register says so") -> Answered:
    return Answered(Answer.UPHELD, reason)


def overridden(wired: Wiring, value: str = "store_market=pass") -> Answered:
    return Answered(Answer.OVERRIDDEN, "looked again", fact(wired, "override", value))


def test_a_review_keeps_the_words_and_what_the_merchant_had_been_told(wired):
    keep_all(wired, spent="20.00")
    told = status_document(decide_store(wired.database, SETTLED, "st_1"))
    shown = show_review(wired.database, ask(wired))
    assert (shown["state"], shown["message"], shown["told"]) == ("open", "we are based in the US", told)


def test_a_store_that_was_never_decided_may_ask_too(wired):
    keep_store(wired)
    assert show_review(wired.database, ask(wired))["told"] is None


def test_one_is_open_at_a_time_and_the_same_words_again_are_the_same_one(wired):
    keep_store(wired)
    first, is_new = ask_review(wired.database, SETTLED, "st_1", "wrong")
    again, is_new_again = ask_review(wired.database, SETTLED, "st_1", "wrong")
    assert (first, is_new, again, is_new_again) == (again, True, first, False)
    with pytest.raises(Refused, match="open already"):
        ask(wired, "something else")
    keep_store(wired, "st_2")
    ask(wired, store_id="st_2")  # another store's own
    answer(wired, first.id, upheld())
    assert ask(wired, "something else") != first.id


def test_many_who_ask_at_once_open_one(wired):
    keep_store(wired)
    with ThreadPoolExecutor(4) as many:
        asked = list(many.map(lambda _: ask(wired), range(8)))
    assert len(set(asked)) == 1


def test_who_has_waited_longest_comes_first(wired, clock):
    for number in (1, 2, 3):
        keep_store(wired, f"st_{number}")
    asked = []
    for number in (2, 3, 1):
        asked.append(ask(wired, store_id=f"st_{number}"))
        clock.move(hours=1)
    answer(wired, asked[1], upheld())
    assert [row["id"] for row in list_reviews(wired.database, None, 0)] == asked
    assert [row["id"] for row in list_reviews(wired.database, "open", 0)] == [asked[0], asked[2]]
    assert [row["id"] for row in list_reviews(wired.database, None, 1)] == asked[:1]


def test_an_override_takes_effect_and_the_merchant_reads_why(wired):
    keep_all(wired)
    with wired.database.writing() as session:
        session.get_one(tables.Store, "st_1").country = "DE"
    assert decide_store(wired.database, SETTLED, "st_1").stage == "ineligible"
    review_id = ask(wired)
    answer(wired, review_id, overridden(wired))
    assert decide_store(wired.database, SETTLED, "st_1").stage == "due"
    shown = full_document(status_of(wired.database, SETTLED, "st_1"))["review"]
    assert (shown["id"], shown["state"], shown["answer"]) == (review_id, "answered", "overridden")
    assert shown["text"].endswith("decided anew: looked again")


def test_a_fact_recorded_as_the_answer_counts_like_any_other(wired):
    keep_all(wired)
    given = Answered(Answer.FACT_RECORDED, "bill seen", fact(wired, "payment", "unknown"))
    recorded = answer(wired, ask(wired), given)["recorded"]
    assert recorded == {"name": "payment", "value": "unknown"}
    assert decide_store(wired.database, SETTLED, "st_1").spend.provisional


def test_upholding_changes_no_fact(wired):
    keep_all(wired)
    before = decide_store(wired.database, SETTLED, "st_1")
    answer(wired, ask(wired), upheld())
    assert status_document(decide_store(wired.database, SETTLED, "st_1")) == status_document(before)
    shown = full_document(status_of(wired.database, SETTLED, "st_1"))["review"]
    assert shown["text"].endswith("the answer stands: the register says so")


def test_the_same_answer_again_changes_nothing_and_another_is_refused(wired, clock):
    keep_all(wired)
    review_id = ask(wired)
    first = answer(wired, review_id, overridden(wired))
    clock.move(hours=1)
    assert answer(wired, review_id, overridden(wired)) == first
    with pytest.raises(Refused, match="answered before: overridden, looked again"):
        answer(wired, review_id, upheld())
    with wired.database.reading() as session:
        overrides = session.scalars(
            select(tables.RecordedFact).where(tables.RecordedFact.name.startswith("override"))
        )
        assert len(list(overrides)) == 1


def test_asking_and_answering_are_audited_without_the_merchants_words(wired):
    keep_all(wired)
    review_id = ask(wired)
    answer(wired, review_id, upheld())
    with wired.database.reading() as session:
        of_review = select(tables.AuditEntry).where(tables.AuditEntry.subject == review_id)
        entries = [(one.actor, one.action, one.detail) for one in session.scalars(of_review)]
    assert entries == [
        ("merchant", "review asked", {"store": "st_1"}),
        ("ann", "review answered", {"answer": "upheld", "reason": "the register says so"}),
    ]


def test_an_answer_needs_a_reason_and_a_review(wired):
    keep_store(wired)
    with pytest.raises(InputError, match="reason"):
        answer(wired, ask(wired), upheld(" "))
    with pytest.raises(NotFound, match="rv_none"):
        answer(wired, "rv_none", upheld())
    with pytest.raises(NotFound, match="st_none"):
        ask(wired, store_id="st_none")
