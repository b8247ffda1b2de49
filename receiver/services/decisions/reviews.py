"""Takes a merchant's request for a review, shows it to staff with its evidence, keeps their one answer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain import reviews as domain
from receiver.domain.reviews import Answer
from receiver.errors import Refused
from receiver.services.decisions.history import show_decision
from receiver.services.facts.record import StaffFact, keep_fact
from receiver.services.staff_words import checked_words
from receiver.storage import audit, awards, history, reviews, stores
from receiver.storage.database import Database
from receiver.storage.seal import token_hash
from receiver.storage.tables import Review

STATES = ("open", "answered")
MERCHANT = "merchant"


def store_for_token(database: Database, token: str) -> str:
    """The id of the store a status token belongs to. Raises NotFound."""
    with database.reading() as session:
        return stores.store_of_token(session, token_hash(token)).id


def ask_review(database: Database, now: datetime, store_id: str, message: str) -> tuple[domain.Review, bool]:
    """The review, and whether it is new: the same words again are the review that waits already.

    Raises NotFound, and Refused while another one is open.
    """
    with database.writing() as session:
        awards.hold_stores(session, [store_id])
        store = stores.known_store(session, store_id)
        waiting = reviews.open_review(session, store_id)
        if waiting is None:
            return as_review(_asked(session, now, store.id, message)), True
    if waiting.message != message:
        raise Refused("a review is open already; our team answers it first")
    return as_review(waiting), False


def _asked(session: Session, now: datetime, store_id: str, message: str) -> Review:
    told = next(iter(history.decisions_of(session, store_id, limit=1)), None)
    review = Review(
        id=f"rv_{secrets.token_hex(10)}",
        store_id=store_id,
        state="open",
        message=message,
        asked_at=now,
        decision_id=told.id if told else None,
    )
    session.add(review)
    audit.record(session, now, MERCHANT, "review asked", review.id, {"store": store_id})
    return review


def list_reviews(database: Database, state: str | None, limit: int) -> list[dict[str, Any]]:
    """Who has waited longest comes first; `limit` 0 for all."""
    with database.reading() as session:
        return [_row(review) for review in reviews.list_reviews(session, state, limit)]


def show_review(database: Database, review_id: str) -> dict[str, Any]:
    """The review, and what the merchant had been told when it asked (None: nothing yet). Raises NotFound."""
    with database.reading() as session:
        review = reviews.known_review(session, review_id)
    told = show_decision(database, review.decision_id) if review.decision_id else None
    return {**_row(review), "told": told and told["answer"]}


@dataclass(frozen=True)
class Answered:
    """What staff answer; a fact goes with an override (of that rule) and with a fact recorded."""

    answer: Answer
    reason: str
    fact: StaffFact | None = None


def answer_review(
    database: Database, now: datetime, review_id: str, given: Answered, actor: str
) -> dict[str, Any]:
    """Keep the answer, and the fact it comes with, together. The same again changes nothing.

    Raises InputError, NotFound, and Refused where another answer was given before.
    """
    reason = checked_words(given.reason, "reason")
    with database.writing() as session:
        store_id = reviews.known_review(session, review_id).store_id
        awards.hold_stores(session, [store_id])
        review = reviews.known_review(session, review_id, locked=True)
        recorded = {"name": given.fact.name, "value": given.fact.plain_value} if given.fact else None
        if review.state == "answered":
            if (review.answer, review.recorded, review.reason) != (given.answer, recorded, reason):
                raise Refused(f"review {review_id} was answered before: {review.answer}, {review.reason}")
            return _row(review)
        store = stores.known_store(session, store_id)
        if given.fact:
            keep_fact(session, now, store, given.fact, actor)
        review.state, review.answer, review.reason = "answered", given.answer, reason
        review.recorded, review.answered_at, review.answered_by = recorded, now, actor
        store.decided_at = None
        audit.record(
            session, now, actor, "review answered", review_id, {"answer": given.answer, "reason": reason}
        )
        return _row(review)


def as_review(row: Review) -> domain.Review:
    return domain.Review(
        id=row.id,
        asked_at=row.asked_at,
        answer=Answer(row.answer) if row.answer else None,
        answered_at=row.answered_at,
        reason=row.reason,
    )


def _row(review: Review) -> dict[str, Any]:
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
