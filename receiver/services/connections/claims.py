"""Claims to another store's identity, as staff see them until a move or a dismissal answers them."""

from __future__ import annotations

from typing import Any

from receiver.domain.audit import AuditAction
from receiver.paging import Page, read_number
from receiver.services.context import ServiceContext
from receiver.services.validation import require_text
from receiver.storage import address_claims, audit, stores
from receiver.storage.database import Database
from receiver.storage.tables import AddressClaim


def page_of_claims(database: Database, *, after: str | None, limit: int) -> Page[dict[str, Any]]:
    """Return a page of claims with their stores' names, the newest first. Raises InputError."""
    with database.reading() as session:
        page = address_claims.page_of_claims(session, before=read_number(after), limit=limit)
    return page.show(lambda row: {**_row(row[0]), "store_name": row[1]})


def claims_of_store(database: Database, store_id: str) -> list[dict[str, Any]]:
    """Return the claims to a store, those signed with its secret first."""
    with database.reading() as session:
        return [_row(claim) for claim in address_claims.claims_of_store(session, store_id)]


def dismiss_claim(context: ServiceContext, claim_id: int, *, reason: str, actor: str) -> dict[str, Any]:
    """Delete a claim that staff dismiss, and return it; made again, it is held again.

    Raises InputError and NotFound.
    """
    now = context.now()
    reason = require_text(reason, "reason")
    with context.database.writing() as session:
        claim = address_claims.get_claim(session, claim_id)
        stores.get_store(session, claim.store_id, locked=True)
        row = _row(claim)
        session.delete(claim)
        detail = {"address": claim.address, "why": claim.why, "reason": reason}
        audit.record(session, now, actor, AuditAction.CLAIM_DISMISSED, claim.store_id, detail)
        return row


def _row(claim: AddressClaim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "store": claim.store_id,
        "address": claim.address,
        "why": claim.why,
        "uuid": claim.uuid,
        "home_url": claim.home_url,
        "evidence": claim.evidence,
        "signed": claim.signed_at is not None,
        "since": claim.first_at,
        "last_at": claim.last_at,
    }
