"""Quarantine: calls with a wrong signature, held encrypted and released once the store's secret is right."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.deliveries import identity
from receiver.integrations.providers import PROVIDERS
from receiver.paging import Page, read_number
from receiver.services.context import ServiceContext
from receiver.services.inbox.verify import SignedCall, Verifier, new_delivery
from receiver.services.problems.track import track_quietly
from receiver.services.search.stores import match_stores
from receiver.services.validation import check_filters, require_text
from receiver.storage import audit, inbox, quarantine, store_names, webhook_endpoints
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database, driver_of
from receiver.storage.tables import Quarantined
from receiver.storage.webhook_endpoints import ResolvedEndpoint


def quarantine_call(session: Session, cipher: Cipher, call: SignedCall, at: datetime) -> None:
    """Quarantine a call, encrypted, if it has one of our topics and a small body; otherwise do nothing."""
    new = new_delivery(call, at)
    if new.body is None or new.store_id is None or new.hook_id is None:
        return
    signatures = [call.headers.get(name) for name in call.provider.signature_headers]
    quarantine.put(
        session,
        identity=identity("quarantine", new.identity, *signatures),
        store_id=new.store_id,
        hook_id=new.hook_id,
        topic=new.topic,
        headers=new.headers,
        body_encrypted=cipher.encrypt(base64.b64encode(call.raw).decode()),
        body_sha256=new.body_sha256,
        bytes=len(call.raw),
        received_at=at,
    )


@dataclass(frozen=True)
class ReleaseResult:
    """The result for one call: the id of its delivery, or why it stays in quarantine."""

    id: int
    delivery_id: int | None
    problem: str | None


def page_of_quarantine(
    database: Database, store: str | None, *, after: str | None = None, limit: int
) -> Page[dict[str, Any]]:
    """Return a page of the quarantined calls, the oldest first; `limit` 0 for all.

    `store`: an id, or part of a name, address or id. Raises InputError, also where no store matches.
    """
    check_filters({"store": store})
    with database.reading() as session:
        stores = match_stores(session, store) if store else None
        page = quarantine.page_of_quarantine(session, stores, after=read_number(after), limit=limit)
        names = store_names.names_of(session, (row.store_id for row in page.rows))
    return page.show(lambda row: _row(row, names))


@dataclass(frozen=True)
class QuarantineCount:
    """The number of quarantined calls of a store."""

    store_id: str
    store_name: str
    count: int


def count_quarantined(database: Database) -> list[QuarantineCount]:
    """Return the number of quarantined calls by store, the most first."""
    with database.reading() as session:
        counts = quarantine.count_by_store(session)
        names = store_names.names_of(session, counts)
    return [QuarantineCount(store_id, names[store_id], count) for store_id, count in counts.items()]


def release_from_quarantine(
    context: ServiceContext,
    *,
    store: str | None = None,
    ids: Sequence[int] = (),
    reason: str = "",
    actor: str,
    dry_run: bool = False,
) -> list[ReleaseResult]:
    """Verify quarantined calls again; store the valid ones as deliveries and keep the rest.

    `store`: an id, or part of a name, address or id. Only a dry run needs no reason. Raises InputError, and
    ReceiverError where a secret can no longer be read.
    """
    check_filters({"store": store})
    database, cipher, now = context.database, context.cipher, context.now()
    verifier = Verifier(cipher)
    reason = reason if dry_run else require_text(reason, "reason")
    with database.rolled_back() if dry_run else nullcontext(database) as target, target.writing() as session:
        stores = match_stores(session, store) if store else None
        rows = quarantine.lock_quarantined(session, stores, ids)
        addresses = webhook_endpoints.resolve_endpoints(
            driver_of(session), {row.hook_id for row in rows}, now
        )
        results = [_release(session, cipher, verifier, row, addresses.get(row.hook_id)) for row in rows]
        released = sum(item.delivery_id is not None for item in results)
        detail = {"reason": reason, "taken": released, "left": len(results) - released}
        for subject in stores or ["all stores"]:
            audit.record(session, now, actor, AuditAction.QUARANTINE_RELEASED, subject, detail)
        senders = {row.store_id for row in rows}
    if not dry_run:
        track_quietly(context, senders)
    return results


def _release(
    session: Session, cipher: Cipher, verifier: Verifier, row: Quarantined, address: ResolvedEndpoint | None
) -> ReleaseResult:
    if address is None or not address.connected:
        return ReleaseResult(row.id, None, "the store is disconnected")
    raw, headers = base64.b64decode(cipher.decrypt(row.body_encrypted)), dict(row.headers)
    call = SignedCall.to_endpoint(PROVIDERS[address.platform], address, headers, raw)
    problem = verifier.problem(call, address.secrets)
    if problem is not None:
        return ReleaseResult(row.id, None, problem)
    (delivery,) = inbox.keep(session, [new_delivery(call, row.received_at)])
    session.delete(row)
    return ReleaseResult(row.id, delivery.id, None)


def _row(row: Quarantined, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "store": row.store_id,
        "store_name": names[row.store_id],
        "topic": row.topic,
        "received_at": row.received_at,
        "bytes": row.bytes,
        "body_sha256": row.body_sha256,
    }
