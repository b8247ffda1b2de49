"""Suggestions of stores that may share a merchant, which staff merge or keep apart for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.likeness import pair_of
from receiver.errors import InputError, Refused
from receiver.paging import Page
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.validation import require_text
from receiver.storage import audit, likeness, stores
from receiver.storage.database import Database
from receiver.storage.likeness import SimilarStore
from receiver.storage.tables import MerchantAnswer, Store

MOST = 50  # of one store: an agency's Business Center may hold hundreds


def suggestions_for(database: Database, store_id: str) -> list[dict[str, Any]]:
    """Return the stores that may belong to this one's merchant, by id. Raises NotFound."""
    with database.reading() as session:
        alike = likeness.find_alike(session, stores.get_store(session, store_id))
        return [_suggestion(item) for item in alike[:MOST]]


def page_of_suggestions(database: Database, *, after: str | None = None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of the suggestions that hold awards back; `limit` 0 for all.

    A store has a row for each store it may share a merchant with; `limit` counts stores.
    """
    with database.reading() as session:
        page = likeness.page_of_asked_about(session, after=after, limit=limit)
        rows = [
            {"store": store.id, "store_name": store.name, "since": store.alike_since, **_suggestion(alike)}
            for store in page.rows
            for alike in likeness.find_alike(session, store, only_holding=True)[:MOST]
        ]
    return Page(rows, page.next)


def keep_apart(
    context: ServiceContext, store_id: str, *, other: str, reason: str, actor: str
) -> dict[str, Any]:
    """Record that two stores have different merchants, so that they are not suggested again. Idempotent.

    Raises InputError, NotFound, and Refused where they share a merchant already.
    """
    now = context.now()
    reason = require_text(reason, "reason")
    if store_id == other:
        raise InputError("must be another store", path="other")
    with context.database.writing() as session:
        stores.lock_stores(session, [store_id, other])
        store, second = (stores.get_store(session, item) for item in (store_id, other))
        if store.merchant == second.merchant:
            raise Refused(f"{store_id} and {other} are stores of one merchant; record the fact `merchant`")
        answer = likeness.answer_about(session, store_id, other)
        if answer is None:
            answer = _keep(session, now, store, second, reason, actor)
        row = {"store": store_id, "other": other, "reason": answer.reason, "by": answer.by, "at": answer.at}
    decide_each(context, (store_id, other))
    return row


def _keep(
    session: Session, now: datetime, store: Store, other: Store, reason: str, actor: str
) -> MerchantAnswer:
    first, second = pair_of(store.id, other.id)
    answer = MerchantAnswer(store_id=first, other_id=second, reason=reason, by=actor, at=now)
    session.add(answer)
    for item, another in ((store, other), (other, store)):
        audit.record(
            session,
            now,
            actor,
            AuditAction.STORES_KEEP_APART,
            item.id,
            {"other": another.id, "reason": reason},
        )
    stores.mark_undecided(session, [store.id, other.id])
    return answer


def _suggestion(alike: SimilarStore) -> dict[str, Any]:
    return {
        "other": alike.store.id,
        "other_name": alike.store.name,
        "why": list(map(str, alike.why)),
        "holds_award": alike.holds,
    }
