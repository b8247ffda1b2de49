"""Evaluates a store: its facts, its programme's terms and the time make a decision; nothing is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.decision import Decision, decide
from receiver.domain.facts import Facts
from receiver.domain.programme import Programme
from receiver.services.evaluation.facts import gather_facts
from receiver.services.programmes.terms import terms_of
from receiver.storage import stores, tables
from receiver.storage.database import Database


def evaluate(session: Session, store: tables.Store, now: datetime) -> Decision:
    """Return the decision as of `now` without keeping anything."""
    return evaluate_with_facts(session, store, now)[1]


def evaluate_with_facts(session: Session, store: tables.Store, now: datetime) -> tuple[Facts, Decision]:
    """Return the decision as of `now`, and the facts it rests on."""
    facts = gather_facts(session, store, now)
    return facts, decide(facts, terms_of(session, store.programme), now)


def facts_of(database: Database, now: datetime, store_id: str) -> tuple[Facts, Programme]:
    """Return a store's facts and its programme. Raises NotFound."""
    with database.reading() as session:
        store = stores.get_store(session, store_id)
        return gather_facts(session, store, now), terms_of(session, store.programme)
