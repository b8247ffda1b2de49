"""Unproven claims about a store's identity: one row for each store and address, a bounded number a store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, or_, select
from sqlalchemy.orm import Session

from receiver.domain.shop_identity import ClaimReason
from receiver.domain.shops import same_shop
from receiver.errors import NotFound
from receiver.paging import Page
from receiver.storage.paging import Keyset, read_rows
from receiver.storage.parameters import STORE_IDS
from receiver.storage.tables import AddressClaim, Store

BY_NUMBER = Keyset((AddressClaim.id,), descending=True)

# Of one store, signed and unsigned each: the oldest and the newest stay, so that no flood hides the true one.
OLDEST = NEWEST = 10
SEEN_AGAIN = timedelta(days=1)  # written at most so often
IS_SIGNED = AddressClaim.signed_at.is_not(None)
_OF_STORES = (
    select(AddressClaim)
    .where(AddressClaim.store_id.in_(STORE_IDS))
    .order_by(AddressClaim.signed_at.is_(None), AddressClaim.id.desc())
)


@dataclass(frozen=True)
class NewClaim:
    """A report that another address makes about a store."""

    store_id: str
    address: str
    why: ClaimReason
    uuid: str | None = None
    home_url: str | None = None
    signed: bool = False
    evidence: Mapping[str, Any] | None = None  # domain/shop_identity.py MoveEvidence


def keep_claim(session: Session, claim: NewClaim, now: datetime) -> bool:
    """Upsert the claim; return whether it is new. The caller has locked the store's row."""
    row = session.scalars(
        select(AddressClaim).where(
            AddressClaim.store_id == claim.store_id, AddressClaim.address == claim.address
        )
    ).first()
    if row is not None:
        _update_claim(row, claim, now)
        return False
    session.add(
        AddressClaim(
            store_id=claim.store_id,
            address=claim.address,
            why=claim.why,
            uuid=claim.uuid,
            home_url=claim.home_url,
            signed_at=now if claim.signed else None,
            evidence=dict(claim.evidence) if claim.evidence else None,
            first_at=now,
            last_at=now,
        )
    )
    session.flush()
    _prune(session, claim.store_id, IS_SIGNED if claim.signed else ~IS_SIGNED)
    return True


def claims_of_store(session: Session, store_id: str) -> Sequence[AddressClaim]:
    """Return the claims about a store, signed ones first, then the newest first."""
    return claims_of_stores(session, [store_id]).get(store_id, [])


def claims_of_stores(session: Session, store_ids: Collection[str]) -> dict[str, list[AddressClaim]]:
    """Return the claims by store, ordered as by `claims_of_store`; a store without any is left out."""
    claims: defaultdict[str, list[AddressClaim]] = defaultdict(list)
    for claim in session.scalars(_OF_STORES, {"store_ids": list(store_ids)}):
        claims[claim.store_id].append(claim)
    return claims


def signed_addresses(session: Session, store_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return, by store, the addresses named in messages signed with its secret, the oldest first."""
    query = select(AddressClaim.store_id, AddressClaim.address).order_by(AddressClaim.id)
    addresses: dict[str, tuple[str, ...]] = {}
    for store_id, address in session.execute(
        query.where(AddressClaim.store_id.in_(sorted(store_ids)), IS_SIGNED)
    ):
        addresses[store_id] = (*addresses.get(store_id, ()), address)
    return addresses


def page_of_claims(session: Session, *, before: int | None, limit: int) -> Page[Row[AddressClaim, str]]:
    """Return a page of claims with their stores' names, the newest first."""
    query = select(AddressClaim, Store.name).join(Store, Store.id == AddressClaim.store_id)
    key = None if before is None else (before,)
    return read_rows(session, query, BY_NUMBER, after=key, limit=limit, cursor=lambda row: str(row[0].id))


def get_claim(session: Session, claim_id: int) -> AddressClaim:
    """Return a claim. Raises NotFound."""
    claim = session.get(AddressClaim, claim_id) if claim_id < 2**63 else None
    if claim is None:
        raise NotFound(f"there is no claim {claim_id}")
    return claim


def end_claims_at(session: Session, store_id: str, address: str) -> list[AddressClaim]:
    """Delete the store's claims about an address, under either scheme; return the deleted claims."""
    claims = [claim for claim in claims_of_store(session, store_id) if same_shop(claim.address, address)]
    for claim in claims:
        session.delete(claim)
    session.flush()
    return claims


def end_unsigned(session: Session, store_id: str, address: str) -> None:
    """Delete unsigned claims by a store's own shop or at this address, once the shop claims nothing more.

    Signed claims stay: staff decide about them, whatever the shop reports today.
    """
    own = (AddressClaim.store_id == store_id) & AddressClaim.why.in_(
        (ClaimReason.ELSEWHERE, ClaimReason.REPLACED)
    )
    mine = or_(own, AddressClaim.address == address)
    session.execute(delete(AddressClaim).where(mine, ~IS_SIGNED))


def forget_claims(session: Session, store_id: str, address: str) -> int:
    """Delete the claims to a store and those made at its address; return the count."""
    mine = or_(AddressClaim.store_id == store_id, AddressClaim.address == address)
    deleted = session.execute(delete(AddressClaim).where(mine).returning(AddressClaim.id))
    return len(deleted.all())


def purge_claims(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` claims last seen before a time; return the count."""
    old = select(AddressClaim.id).where(AddressClaim.last_at < before).limit(limit)
    deleted = session.execute(delete(AddressClaim).where(AddressClaim.id.in_(old)).returning(AddressClaim.id))
    return len(deleted.all())


def stores_with_claims(*, signed: bool) -> Select[str, str]:
    """Select id and name of the stores that claims are about."""
    which = IS_SIGNED if signed else ~IS_SIGNED
    query = select(Store.id, Store.name).join(AddressClaim, AddressClaim.store_id == Store.id)
    return query.where(which).distinct()


def _update_claim(row: AddressClaim, claim: NewClaim, now: datetime) -> None:
    if claim.signed:
        row.signed_at = row.signed_at or now
    else:
        row.why, row.uuid, row.home_url = claim.why, claim.uuid, claim.home_url
        row.evidence = dict(claim.evidence) if claim.evidence else row.evidence
    if now - row.last_at >= SEEN_AGAIN:
        row.last_at = now


def _prune(session: Session, store_id: str, which: ColumnElement[bool]) -> None:
    ids = select(AddressClaim.id).where(AddressClaim.store_id == store_id, which)
    remaining = [
        *session.scalars(ids.order_by(AddressClaim.id).limit(OLDEST)),
        *session.scalars(ids.order_by(AddressClaim.id.desc()).limit(NEWEST)),
    ]
    session.execute(
        delete(AddressClaim).where(
            AddressClaim.store_id == store_id, which, AddressClaim.id.not_in(remaining)
        )
    )
