"""Which store a shop is, as the database knows it; what is not believed is held for staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.shop_identity import Claim, Neighbours, Reported, Why, false_claim
from receiver.domain.shops import canonical
from receiver.storage import address_claims, audit, awards, bridges
from receiver.storage.address_claims import NewClaim
from receiver.storage.attention import BY_ITSELF
from receiver.storage.tables import Store

ACTOR = BY_ITSELF


def neighbours_of(session: Session, reported: Reported) -> Neighbours:
    """The known stores that a report touches. The caller holds the addresses, where it writes."""
    home = canonical(reported.home_url)
    return Neighbours(
        at_address=bridges.store_at_address(session, reported.address),
        of_uuid=bridges.store_of_uuid(session, reported.uuid) if reported.uuid else None,
        at_home=bridges.store_at_address(session, home) if home else None,
    )


def hold_claim(session: Session, now: datetime, claim: Claim, reported: Reported) -> None:
    """Keep the claim for staff, and nothing else: no key, and no change of the store that it is about."""
    awards.hold_stores(session, [claim.store_id])
    address = canonical(reported.home_url) if claim.why is Why.ELSEWHERE else reported.address
    held = NewClaim(claim.store_id, address or reported.address, claim.why, reported.uuid, reported.home_url)
    if address_claims.keep_claim(session, held, now):
        detail = {"why": claim.why, "address": reported.address, "uuid": reported.uuid}
        audit.record(session, now, ACTOR, "connect held", claim.store_id, detail)


def claim_of(session: Session, reported: Reported) -> Claim | None:
    """The claim in what a shop reports that is not believed. The caller holds the addresses, to write."""
    return false_claim(reported, neighbours_of(session, reported))


def note_report(
    session: Session, now: datetime, store: Store, reported: Reported, claim: Claim | None
) -> None:
    """What a known store reports of who it is: it gains a UUID it had none of, and loses and takes nothing.

    `claim` is that of the report. The caller holds the addresses and the stores.
    """
    if claim is not None:
        hold_claim(session, now, claim, reported)
        return
    store.shop_uuid = store.shop_uuid or reported.uuid
    address_claims.end_unsigned(session, store.id, reported.address)
