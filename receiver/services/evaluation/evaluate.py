"""The evaluation of a store: facts, programme terms and time make a decision; nothing is stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.decision import Decision, decide
from receiver.domain.facts import Facts
from receiver.domain.programme import Programme
from receiver.services.context import ServiceContext
from receiver.services.evaluation.facts import facts_from
from receiver.services.evaluation.records import StoreRecords, records_of
from receiver.storage import stores, tables


def evaluate(session: Session, store: tables.Store, now: datetime) -> Decision:
    """Return a store's decision as of `now`; stores nothing."""
    return evaluate_records(records_of(session, store, now), now)[1]


def evaluate_records(records: StoreRecords, now: datetime) -> tuple[Facts, Decision]:
    """Return the facts in a store's records, and its decision as of `now`; reads nothing more."""
    facts = facts_from(records, now)
    return facts, decide(facts, records.terms, now)


def facts_of(context: ServiceContext, store_id: str) -> tuple[Facts, Programme]:
    """Return a store's facts as of `now`, and its programme. Raises NotFound."""
    now = context.now()
    with context.database.reading() as session:
        records = records_of(session, stores.get_store(session, store_id), now)
        return facts_from(records, now), records.terms
