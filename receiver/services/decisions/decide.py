"""Decides for a store, stores the decision, and records an award once it is due. Idempotent."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Event
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from receiver.documents.changes import MOMENTS
from receiver.documents.facts import facts_document
from receiver.documents.programme import programme_data
from receiver.documents.status import progress_document, status_document
from receiver.domain.audit import Agent, AuditAction
from receiver.domain.awards import AwardState, is_overdue
from receiver.domain.decision import Decision, DueAward, Stage
from receiver.domain.facts import Facts
from receiver.domain.flags import AwardFlag
from receiver.domain.likely_credit import likely_credit
from receiver.domain.programme import Programme
from receiver.errors import StorageUnavailable
from receiver.logs import get_logger
from receiver.services.context import ServiceContext
from receiver.services.decisions.discrepancies import store_discrepancies
from receiver.services.decisions.notices import keep_notices
from receiver.services.decisions.troubles import keep_troubles, observe
from receiver.services.decisions.unchanged import UnchangedStores, content_of
from receiver.services.decisions.update_award import update_award_from_facts
from receiver.services.evaluation.evaluate import evaluate_records
from receiver.services.evaluation.records import StoreRecords, gather_records, records_of
from receiver.services.polling.earlier_poll import EarlierPoll, earlier_poll, reschedule_poll
from receiver.storage import audit, decisions, notices, stores, tables
from receiver.storage.row_batch import RowBatch

STALE_AFTER = timedelta(hours=1)
STALE_AT_ONCE = 2_000  # in a minute: 120,000 stores have their turn in an hour
STALE_WITHIN = timedelta(seconds=30)  # of that minute
BATCH = 100  # stores in a transaction: deliveries wait for it to end where the database is SQLite

UNCHANGED = UnchangedStores()  # as this process decided

_SORTED_JSON = json.JSONEncoder(sort_keys=True, check_circular=False)

log = get_logger(__name__)


def decide_store(context: ServiceContext, store_id: str) -> Decision:
    """Decide a store anew, store what changed, and request an earlier poll where one is due.

    Raises NotFound.
    """
    return _decide_together(context, [store_id])[store_id].decision


def decide_stale(
    context: ServiceContext,
    limit: int = STALE_AT_ONCE,
    *,
    within: timedelta = STALE_WITHIN,
    stopping: Event | None = None,
) -> int:
    """Decide the stores whose last decision is older than an hour, the oldest first.

    Stops after `limit` stores, when `within` is over, or when `stopping` is set. Returns how many were
    decided.
    """
    now = context.now()
    with context.database.reading() as session:
        stale = decisions.stores_decided_before(session, now - STALE_AFTER, limit)
    decided, end = 0, time.monotonic() + within.total_seconds()
    for at in range(0, len(stale), BATCH):
        if time.monotonic() > end or (stopping is not None and stopping.is_set()):
            break
        decided += decide_each(context, stale[at : at + BATCH])
    return decided


def decide_each(context: ServiceContext, store_ids: Iterable[str]) -> int:
    """Decide each store once, in batches; a store that cannot be decided is logged and skipped.

    Where nothing would change, only the time of the decision is stored. Returns how many were decided.
    """
    ids = list(dict.fromkeys(store_ids))
    return sum(_decide_batch(context, ids[at : at + BATCH]) for at in range(0, len(ids), BATCH))


def _decide_batch(context: ServiceContext, ids: Sequence[str]) -> int:
    """Decide the stores in one transaction; if it fails, in halves, down to the store that fails."""
    try:
        _decide_together(context, ids, UNCHANGED)
        return len(ids)
    except StorageUnavailable:
        raise
    except Exception:  # the edge: the periodic decision tries this store again
        if len(ids) == 1:
            log.exception("store not decided", store_id=ids[0])
            return 0
    half = len(ids) // 2
    return _decide_batch(context, ids[:half]) + _decide_batch(context, ids[half:])


def _decide_together(
    context: ServiceContext, ids: Sequence[str], unchanged: UnchangedStores | None = None
) -> dict[str, _Outcome]:
    """Decide the stores in one transaction; stores that `unchanged` holds are left out of the result."""
    now = context.now()
    with context.database.writing() as session:
        stores.lock_stores(session, ids)
        outcomes = _decide_and_store_all(session, now, ids, unchanged)
    for outcome in outcomes.values():
        if outcome.poll_request:
            reschedule_poll(context, outcome.poll_request)
    return outcomes


def decide_locked(session: Session, now: datetime, store_ids: Iterable[str]) -> dict[str, Decision]:
    """Decide anew the stores that the caller has locked, in its transaction. Raises NotFound."""
    outcomes = _decide_and_store_all(session, now, store_ids)
    return {store_id: outcome.decision for store_id, outcome in outcomes.items()}


@dataclass(frozen=True)
class _Outcome:
    """A decision, and what follows from it."""

    decision: Decision
    is_new: bool  # it was added, since it differs from the last one
    is_told: bool  # there is a new notice for its merchant
    is_same: bool  # nothing that is stored changed
    concerns_others: bool  # decisions about other stores depend on the change
    poll_request: EarlierPoll | None


def _decide_and_store_all(
    session: Session, now: datetime, store_ids: Iterable[str], unchanged: UnchangedStores | None = None
) -> dict[str, _Outcome]:
    """Decide the stores in this order, from records gathered together.

    After a decision that others depend on, the records of the remaining stores are gathered anew.
    """
    remaining, outcomes = list(dict.fromkeys(store_ids)), dict[str, _Outcome]()
    unchanged_ids, rows = list[str](), RowBatch(session)
    while remaining:
        gathered = gather_records(session, stores.get_stores(session, remaining), now)
        for store_id in remaining:
            outcome = _decide_if_changed(rows, gathered[store_id], now, unchanged)
            if outcome is None:
                unchanged_ids.append(store_id)
                continue
            outcomes[store_id] = outcome
            if outcome.concerns_others:
                break
        remaining = remaining[remaining.index(store_id) + 1 :]
    rows.flush()
    stores.note_decided(session, unchanged_ids, now)
    if changed_ids := [store_id for store_id, outcome in outcomes.items() if outcome.is_new]:
        decisions.bound_decisions(session, changed_ids, now)
    if notified_ids := [store_id for store_id, outcome in outcomes.items() if outcome.is_told]:
        notices.schedule_notices(session, notified_ids, now)
    return outcomes


def _decide_if_changed(
    rows: RowBatch, records: StoreRecords, now: datetime, unchanged: UnchangedStores | None
) -> _Outcome | None:
    """Decide and store; return None where only the time of the decision would change."""
    if unchanged is None or records.last is None:  # a first decision is news in any case
        return _decide_and_store(rows, records, now)
    content = content_of(records)
    if unchanged.is_known(records, content, now):
        return None
    outcome = _decide_and_store(rows, records, now)
    if outcome.is_same and outcome.poll_request is None and content_of(records) == content:
        unchanged.remember(records, content, now)
    return outcome


def _decide_and_store(rows: RowBatch, records: StoreRecords, now: datetime) -> _Outcome:
    session, store, was_held = rows.session, records.store, records.store.stage == Stage.HELD
    facts, decision = evaluate_records(records, now)
    is_due = isinstance(decision.award, DueAward)
    if is_due:
        rows.flush()
        records = _gather_locked(session, store, now)
        facts, decision = evaluate_records(records, now)
    elif update_award_from_facts(session, now, records, facts, decision):
        facts, decision = evaluate_records(records, now)
    stored = _store_decision(rows, records, decision, facts)
    is_told = stored.is_told
    if isinstance(decision.award, DueAward) and _record_award(rows, store, decision, stored.last):
        records = records_of(session, store, now)
        facts, decision = evaluate_records(records, now)
        stored = _store_decision(rows, records, decision, facts)
    return _Outcome(
        decision,
        is_new=stored.last is None,
        is_told=is_told or stored.is_told,
        is_same=stored.is_same and not is_due,
        concerns_others=is_due or was_held != (decision.stage is Stage.HELD),
        poll_request=earlier_poll(records.account, decision),
    )


def _gather_locked(session: Session, store: tables.Store, now: datetime) -> StoreRecords:
    """Gather the records again under a lock that keeps others from recording an award of the programme.

    The limits of one award per merchant and per Business Center read other stores' awards: of two stores
    decided at the same moment, the second must see the first one's award.
    """
    session.flush()
    stores.lock_programme(session, store.programme)
    session.expire_all()
    return records_of(session, store, now)


@dataclass(frozen=True)
class _StoredDecision:
    """The outcome of storing a decision."""

    last: int | None  # the id of the last one, where it was the same; None: this one is new
    is_told: bool  # there is a new notice for its merchant
    is_same: bool  # decision, troubles and notices stay as they are


def _store_decision(
    rows: RowBatch, records: StoreRecords, decision: Decision, facts: Facts
) -> _StoredDecision:
    """Update the store, its troubles and notices, and add the decision unless it repeats the last one."""
    session, store = rows.session, records.store
    store.stage, store.verdict, store.decided_at = decision.stage, decision.verdict, decision.as_of
    store.progress = progress_document(decision)
    likely = likely_credit(decision)
    store.coming_currency, store.coming_credit = (likely.currency, likely.credit) if likely else (None, None)
    is_asked_about = facts.history.merchant_awards is None
    store.alike_since = (store.alike_since or decision.as_of) if is_asked_about else None
    store_discrepancies(session, decision.as_of, store, facts.discrepancies, Agent.SERVICE)
    observed = observe(records, decision, decision.as_of)
    since = keep_troubles(rows, records, decision, observed)
    new, forgotten = keep_notices(rows, records, decision, observed, since)
    data = facts_document(facts, store.programme, decision.as_of)
    digest = _digest(decision, data)
    if records.last is not None and records.last[1] == digest:
        is_same = not new and not forgotten and since.keys() == records.troubles.keys()
        return _StoredDecision(records.last[0], bool(new), is_same)
    rows.add(
        tables.DecisionRow,
        store_id=store.id,
        decided_at=decision.as_of,
        stage=decision.stage,
        verdict=decision.verdict,
        digest=digest,
        facts=data,
        programme=_terms_data(decision.programme),
        answer=status_document(decision),
    )
    return _StoredDecision(None, bool(new), is_same=False)


def _digest(decision: Decision, facts_data: dict[str, Any]) -> str:
    content = {
        "facts": {name: value for name, value in facts_data.items() if name not in MOMENTS},
        "programme": _terms_data(decision.programme),
        "stage": decision.stage,
        "rules": [(rule.id, rule.reason) for rule in decision.rules],
    }
    return hashlib.sha256(_SORTED_JSON.encode(content).encode()).hexdigest()


@lru_cache(64)
def _terms_data(programme: Programme) -> dict[str, Any]:
    """Return the terms as plain data, shared by all their decisions: callers must not change it."""
    return programme_data(programme)


def _record_award(rows: RowBatch, store: tables.Store, decision: Decision, last: int | None) -> bool:
    """Record a due award; return False when the database already holds one for this store or account.

    An override passes a rule, never this constraint.
    """
    session = rows.session
    rows.flush()
    if last is None:
        last, _ = decisions.last_digests(session, [store.id])[store.id]
    due_award, account = decision.award, decision.account
    assert isinstance(due_award, DueAward)
    assert account is not None
    assert account.advertiser_id is not None
    is_late = is_overdue(AwardState.DUE, due_award.due_by, decision.today)
    award = tables.Award(
        id=f"aw_{secrets.token_hex(10)}",
        programme=store.programme,
        store_id=store.id,
        merchant=store.merchant,
        advertiser_id=account.advertiser_id,
        business_center=account.business_center,
        state=AwardState.DUE,
        credit=due_award.tier.credit,
        threshold=due_award.tier.threshold,
        currency=due_award.currency,
        decided_at=due_award.decided_at,
        due_by=due_award.due_by,
        timezone=account.timezone,
        flags=[AwardFlag.DECIDED_LATE] if is_late else [],
        decision_id=last,
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
