"""The identity of a shop among the known stores; a claim that is not believed is held for staff."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.shop_identity import (
    ClaimReason,
    FalseClaim,
    MoveEvidence,
    Neighbours,
    ReportedIdentity,
    false_claim,
)
from receiver.domain.shops import canonical
from receiver.storage import address_claims, audit, stores
from receiver.storage.address_claims import NewClaim
from receiver.storage.tables import Store


def neighbours_of(session: Session, reported: ReportedIdentity) -> Neighbours:
    """Return the stores that a report touches: at its address, of its UUID, at its home.

    To write, the caller has locked the addresses.
    """
    home = canonical(reported.home_url)
    return Neighbours(
        at_address=stores.store_at_address(session, reported.address),
        of_uuid=stores.store_of_uuid(session, reported.uuid) if reported.uuid else None,
        at_home=stores.store_at_address(session, home) if home else None,
    )


def hold_claim(
    session: Session,
    now: datetime,
    claim: FalseClaim,
    reported: ReportedIdentity,
    evidence: MoveEvidence | None = None,
) -> None:
    """Store the claim for staff, and nothing else: no key, and no change of the store that it is about.

    `evidence`: what speaks for a move to the address that is named.
    """
    stores.lock_stores(session, [claim.store_id])
    is_elsewhere = claim.why is ClaimReason.ELSEWHERE
    address = canonical(reported.home_url) if is_elsewhere else reported.address
    new = NewClaim(
        claim.store_id,
        address or reported.address,
        claim.why,
        reported.uuid,
        reported.home_url,
        evidence=asdict(evidence) if evidence and is_elsewhere else None,
    )
    if address_claims.keep_claim(session, new, now):
        detail = {"why": claim.why, "address": reported.address, "uuid": reported.uuid}
        audit.record(session, now, Agent.CONNECTION, AuditAction.CONNECT_HELD, claim.store_id, detail)


def claim_of(session: Session, reported: ReportedIdentity) -> FalseClaim | None:
    """Return the claim in a shop's report that is not believed; None where all of it is.

    To write, the caller has locked the addresses.
    """
    return false_claim(reported, neighbours_of(session, reported))


def note_report(
    session: Session,
    now: datetime,
    store: Store,
    reported: ReportedIdentity,
    claim: FalseClaim | None,
    evidence: MoveEvidence | None = None,
) -> None:
    """Record a known store's report of who it is: it may gain a first UUID, and loses and takes nothing.

    `claim` is that of the report. The caller has locked the addresses and the stores.
    """
    if claim is not None:
        hold_claim(session, now, claim, reported, evidence)
        return
    store.shop_uuid = store.shop_uuid or reported.uuid
    address_claims.end_unsigned(session, store.id, reported.address)
