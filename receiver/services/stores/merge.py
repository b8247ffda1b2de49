"""Merges two merchants, whose stores then share one place in the offer and one credit.

To separate a store again, record its fact `merchant`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.errors import Refused
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each, decide_locked
from receiver.services.evaluation.evaluate import evaluate
from receiver.services.programmes.places import fill_places
from receiver.services.stores.record_fact import StaffFact, keep_fact
from receiver.services.stores.store_change import StoreChange
from receiver.services.validation import require_text
from receiver.storage import audit, likeness, stores
from receiver.storage.database import Database
from receiver.storage.likeness import SimilarStore
from receiver.storage.tables import Store

MOST = 100  # stores of both merchants together: all are locked and decided in one transaction
SHOWN = 10  # stores of a merchant, and similar ones


@dataclass(frozen=True)
class Merchant:
    """A store's merchant, its other stores, and stores that may be its own too; the first SHOWN of each."""

    id: str
    stores: Sequence[Store]
    may_be: Sequence[SimilarStore]


@dataclass(frozen=True)
class Merged:
    """The merchant that remains, all its stores, and the stores that got a place that became free."""

    merchant: str
    stores: Sequence[StoreChange]
    placed: Sequence[str]


def merchant_of(database: Database, store_id: str) -> Merchant:
    """Return a store's merchant, its other stores, and similar ones. Raises NotFound."""
    with database.reading() as session:
        store = stores.get_store(session, store_id)
        own = stores.stores_of_merchants(session, [store.merchant], SHOWN + 1)
        others = [item for item in own if item.id != store_id][:SHOWN]
        return Merchant(store.merchant, others, likeness.find_alike(session, store)[:SHOWN])


def merge_merchants(
    context: ServiceContext,
    store_id: str,
    *,
    into: str,
    reason: str,
    evidence: str,
    actor: str,
    dry_run: bool = False,
) -> Merged:
    """Merge a store's merchant into the merchant of the store `into`.

    All their stores are decided anew in the same transaction, under their programmes' locks, so that no limit
    per merchant is exceeded in between. A dry run executes everything in a transaction that is rolled back.
    Raises InputError, NotFound, and Refused where they are one merchant already.
    """
    now = context.now()
    if dry_run:
        with context.rolled_back() as rehearsal:
            return merge_merchants(
                rehearsal, store_id, into=into, reason=reason, evidence=evidence, actor=actor
            )
    grounds = {"reason": require_text(reason, "reason"), "evidence": require_text(evidence, "evidence")}
    with context.database.writing() as session:
        members = _lock_members(session, store_id, into)
        merchant = _merchant(members, into)
        before = {store.id: evaluate(session, store, now) for store in members}
        joining = [store for store in members if store.merchant != merchant]
        for store in joining:
            keep_fact(session, now, store, StaffFact("merchant", merchant, **grounds), actor)
        what = {"merchant": merchant, "stores": [store.id for store in joining], **grounds}
        audit.record(session, now, actor, AuditAction.STORES_MERGE, into, what)
        after = decide_locked(session, now, before)
        names = {store.id: store.name for store in members}
        programmes = sorted({store.programme for store in members})
    placed = [placed_id for programme in programmes for placed_id in fill_places(context, programme)]
    decide_each(context, placed)
    with context.database.reading() as session:
        for item in set(placed) & set(before):
            after[item] = evaluate(session, stores.get_store(session, item), now)
    changes = [StoreChange(item, names[item], before[item], after[item]) for item in before]
    return Merged(merchant, changes, placed)


def _lock_members(session: Session, store_id: str, into: str) -> list[Store]:
    """Lock all stores of both merchants, and their programmes, and return the stores. Raises Refused."""
    merchants = {stores.get_store(session, item).merchant for item in (store_id, into)}
    if len(merchants) == 1:
        raise Refused(f"{store_id} and {into} are stores of one merchant already")
    candidates = stores.stores_of_merchants(session, merchants, MOST + 1)
    if len(candidates) > MOST:
        raise Refused(f"the merchants have more than {MOST} stores together; merge them by `facts set`")
    were = [(store.id, store.merchant) for store in candidates]
    stores.lock_stores(session, (store.id for store in candidates))
    for programme in sorted({store.programme for store in candidates}):
        stores.lock_programme(session, programme)
    members = stores.stores_of_merchants(session, merchants, MOST + 1)
    if [(store.id, store.merchant) for store in members] != were:
        raise Refused("somebody changed these merchants at the same moment; look again")
    return members


def _merchant(members: Sequence[Store], store_id: str) -> str:
    return next(store.merchant for store in members if store.id == store_id)
