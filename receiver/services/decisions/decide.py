"""Decides for a store, keeps the decision, and records an award once it is due. Twice is once."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.documents.changes import MOMENTS
from receiver.documents.facts import facts_document
from receiver.documents.programme import programme_data
from receiver.documents.status import progress_document, status_document
from receiver.domain.audit import Agent, AuditAction
from receiver.domain.awards import AwardState, is_overdue
from receiver.domain.decision import Decision, DueAward
from receiver.domain.facts import Facts
from receiver.domain.flags import AwardFlag
from receiver.domain.likely_credit import likely_credit
from receiver.errors import StorageUnavailable
from receiver.services.decisions.discrepancies import store_discrepancies
from receiver.services.decisions.notices import keep_notices
from receiver.services.decisions.troubles import keep_troubles, observe
from receiver.services.decisions.update_award import update_award_from_facts
from receiver.services.evaluation.evaluate import evaluate_with_facts
from receiver.services.polling.earlier_poll import earlier_poll, reschedule_poll
from receiver.storage import audit, decisions, stores, tables
from receiver.storage.database import Database

STALE_AFTER = timedelta(hours=1)

log = structlog.get_logger(__name__)


def decide_store(database: Database, now: datetime, store_id: str) -> Decision:
    """Decide anew, keep what changed, and poll sooner where that is due to it. Raises NotFound."""
    with database.writing() as session:
        stores.lock_stores(session, [store_id])
        decision = _decide_and_keep(session, stores.get_store(session, store_id), now)
        wanted = earlier_poll(session, decision)
    if wanted:
        reschedule_poll(database, now, wanted)
    return decision


def decide_locked(session: Session, now: datetime, store_ids: Iterable[str]) -> dict[str, Decision]:
    """Decide anew for stores that the caller holds, in its transaction. Raises NotFound."""
    return {item: _decide_and_keep(session, stores.get_store(session, item), now) for item in store_ids}


def decide_stale(database: Database, now: datetime, limit: int = 200) -> int:
    """Decide the stores whose last decision is older than an hour; answers how many."""
    with database.reading() as session:
        stale = decisions.stores_decided_before(session, now - STALE_AFTER, limit)
    return decide_each(database, now, stale)


def decide_each(database: Database, now: datetime, store_ids: Iterable[str]) -> int:
    """Decide each store once; one that cannot be decided is logged and holds nobody up. Answers how many."""
    decided = 0
    for store_id in dict.fromkeys(store_ids):
        try:
            decide_store(database, now, store_id)
            decided += 1
        except StorageUnavailable:
            raise
        except Exception:  # the edge: the periodic decision tries this store again
            log.exception("store not decided", store_id=store_id)
    return decided


def _decide_and_keep(session: Session, store: tables.Store, now: datetime) -> Decision:
    facts, decision = evaluate_with_facts(session, store, now)
    if isinstance(decision.award, DueAward):
        facts, decision = _evaluate_locked(session, store, now)
    elif update_award_from_facts(session, now, store, facts, decision):
        facts, decision = evaluate_with_facts(session, store, now)
    kept = _keep(session, store, decision, facts)
    if isinstance(decision.award, DueAward) and _record_award(session, store, decision, kept):
        facts, decision = evaluate_with_facts(session, store, now)
        _keep(session, store, decision, facts)
    return decision


def _evaluate_locked(session: Session, store: tables.Store, now: datetime) -> tuple[Facts, Decision]:
    """Decide once more while nobody else can record an award of the programme.

    Once for a merchant, once for a Business Center: these limits look at other stores' awards, so of two
    stores at the same moment the second must see the first one's.
    """
    stores.lock_programme(session, store.programme)
    session.expire_all()
    return evaluate_with_facts(session, store, now)


def _keep(session: Session, store: tables.Store, decision: Decision, facts: Facts) -> int:
    """Append the decision unless the last one said the same from the same facts; answers its row's id."""
    store.stage, store.verdict, store.decided_at = decision.stage, decision.verdict, decision.as_of
    store.progress = progress_document(decision)
    coming = likely_credit(decision)
    store.coming_currency, store.coming_credit = (coming.currency, coming.credit) if coming else (None, None)
    is_asked_about = facts.history.merchant_awards is None
    store.alike_since = (store.alike_since or decision.as_of) if is_asked_about else None
    store_discrepancies(session, decision.as_of, store, facts.discrepancies, Agent.SERVICE)
    observed = observe(session, store, decision, decision.as_of)
    keep_troubles(session, store, decision, observed)
    keep_notices(session, store, decision, observed)
    known = facts_document(facts, store.programme, decision.as_of)
    digest = _digest(decision, known)
    last = decisions.last_decision(session, store.id)
    if last is not None and last.digest == digest:
        return last.id
    row = tables.DecisionRow(
        store_id=store.id,
        decided_at=decision.as_of,
        stage=decision.stage,
        verdict=decision.verdict,
        digest=digest,
        facts=known,
        programme=programme_data(decision.programme),
        answer=status_document(decision),
    )
    session.add(row)
    session.flush()
    decisions.bound_decisions(session, store.id, decision.as_of)
    return row.id


def _digest(decision: Decision, known: dict[str, Any]) -> str:
    says = {
        "facts": {name: value for name, value in known.items() if name not in MOMENTS},
        "programme": programme_data(decision.programme),
        "stage": decision.stage,
        "rules": [(rule.id, rule.reason) for rule in decision.rules],
    }
    return hashlib.sha256(json.dumps(says, sort_keys=True).encode()).hexdigest()


def _record_award(session: Session, store: tables.Store, decision: Decision, decision_id: int) -> bool:
    """Record a due award; False when the database already holds one for this store or account.

    An override lets a store past a rule, never past that.
    """
    due, account = decision.award, decision.account
    assert isinstance(due, DueAward)
    assert account is not None
    assert account.advertiser_id is not None
    award = tables.Award(
        id=f"aw_{secrets.token_hex(10)}",
        programme=store.programme,
        store_id=store.id,
        merchant=store.merchant,
        advertiser_id=account.advertiser_id,
        business_center=account.business_center,
        state=AwardState.DUE,
        credit=due.tier.credit,
        threshold=due.tier.threshold,
        currency=due.currency,
        decided_at=due.decided_at,
        due_by=due.due_by,
        timezone=account.timezone,
        flags=[AwardFlag.DECIDED_LATE] if is_overdue(AwardState.DUE, due.due_by, decision.today) else [],
        decision_id=decision_id,
    )
    try:
        with session.begin_nested():
            session.add(award)
    except IntegrityError:
        log.warning("award not recorded: there is one for this account", store_id=store.id)
        return False
    detail = {"to": AwardState.DUE, "credit": f"{award.credit} {award.currency}"}
    if award.flags:
        detail["flags"] = ", ".join(award.flags)
    audit.record(session, decision.as_of, Agent.SERVICE, AuditAction.AWARD_RECORDED, award.id, detail)
    return True
