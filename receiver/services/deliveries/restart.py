"""Restarts the sequence of a store's signals, after a restored backup made its numbers fall back.

A store whose keys we hold is simply read (sequence.py). For any other store the signals are the only
evidence: once enough of them in a row agree on the new numbers they are believed, and staff may confirm them
sooner. The signals that were passed over until then are replayed, so that none is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.deliveries import DeliveryFilters, DeliveryState
from receiver.domain.signals import SequenceFall, SignalOrder
from receiver.errors import Refused
from receiver.services.context import ServiceContext
from receiver.services.deliveries import replay
from receiver.services.deliveries.sequence import FELL_BACK, newest_of
from receiver.services.validation import require_text
from receiver.storage import audit, stores
from receiver.storage.database import Database
from receiver.storage.locked_stores import LockedStores
from receiver.storage.signal_state import StoreState
from receiver.storage.signals import fall_from_dict, news_from_list

AGREED = "its signals agree on the new numbers, as after a restored backup"


def restart_sequence(context: ServiceContext, store_id: str, *, reason: str, actor: str) -> dict[str, Any]:
    """Restart a store's sequence at the first number that fell back, and replay the skipped signals.

    Raises InputError, NotFound, and Refused for a store whose numbers have not fallen back.
    """
    now = context.now()
    reason = require_text(reason, "reason")
    with context.database.writing() as session:
        stores.get_store(session, store_id, locked=True)
        locked = LockedStores(session, [store_id])
        run = locked.store(store_id).sequence_fall
        if run is None:
            raise Refused(f"store {store_id} sends no messages that count from an earlier number")
        restart = _restart(locked, locked.store(store_id), run)
        locked.write()
        detail = {**restart, "reason": reason}
        audit.record(session, now, actor, AuditAction.STORE_SEQUENCE_RESTARTED, store_id, detail)
    count = _replay_passed_over(context, store_id, actor=actor, reason=reason)
    return {"id": store_id, **restart, "messages_replayed": count}


def restart_agreed(context: ServiceContext, store_ids: Iterable[str]) -> int:
    """Restart the sequences of those stores whose signals agree; return their number. Idempotent."""
    agreed = [store_id for store_id in dict.fromkeys(store_ids) if _is_agreed(context.database, store_id)]
    for store_id in agreed:
        restart_sequence(context, store_id, reason=AGREED, actor=Agent.SERVICE)
    return len(agreed)


def _is_agreed(database: Database, store_id: str) -> bool:
    with database.reading() as session:
        store = stores.get_store(session, store_id)
        run, restarted = fall_from_dict(store.sequence_fall), news_from_list(store.sequence_from)
    return run is not None and run.is_agreed(restarted.at if restarted else None)


def _restart(locked: LockedStores, store: StoreState, run: SequenceFall) -> dict[str, Any]:
    """Restart the sequence at a run: its first signal becomes newer than all that is known of its install."""
    first = run.first
    last = newest_of(store, first.install_id)
    before = SignalOrder(first.install_id, first.seq - 1, min(first.at, last.at if last else first.at))
    store.integration_news = store.account_news = before
    store.sequence_from = first
    store.sequence_fell_at = store.sequence_fall = store.decided_at = None
    locked.keep_dates(store)
    locked.forget_applied(store.id, first)
    return {"install_id": first.install_id, "from": last.seq if last else None, "to": first.seq}


def _replay_passed_over(context: ServiceContext, store_id: str, *, actor: str, reason: str) -> int:
    filters = DeliveryFilters(state=DeliveryState.IGNORED, store=store_id, search=FELL_BACK)
    if replay.preview(context, filters).to_replay == 0:
        return 0
    return replay.start(context, filters, actor=actor, reason=reason).total
