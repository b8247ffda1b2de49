"""Moving a store by itself: its old address redirects for good to a new one that its own keys open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent
from receiver.domain.shop_facts import ShopFacts
from receiver.domain.shop_identity import ClaimReason, FalseClaim, MoveEvidence, ReportedIdentity
from receiver.domain.shops import same_shop
from receiver.errors import Refused, ShopError
from receiver.logs import get_logger
from receiver.services.connections.identity import hold_claim
from receiver.services.connections.locate import OpenedShop, Sighting, inspect_address
from receiver.services.connections.move_store import relocate, replay_held
from receiver.services.connections.ports import Shops, keys_of
from receiver.services.context import ServiceContext
from receiver.storage import connections, stores
from receiver.storage.tables import Store

REASON = "the old address redirects there for good, and its keys open the same shop"

log = get_logger(__name__)


@dataclass(frozen=True)
class Move:
    """A likely move of a store, with the evidence for it."""

    address: str
    evidence: MoveEvidence
    is_done: bool  # the store is at the address now


def follow_move(
    context: ServiceContext, store_id: str, *, home: str | None = None, to: str | None = None
) -> Move | None:
    """Move the store where its address redirects for good; None where nothing leads elsewhere.

    The new address must open with the keys we hold, report the store's UUID and call itself its home; with
    `to`, it must be that one. A redirect that proves nothing is held for staff. `home`: another address that
    the shop calls its home; without a redirect it is inspected, and nothing moves.
    """
    with context.database.reading() as session:
        store, connection = (
            stores.get_store(session, store_id),
            connections.find_connection(session, store_id),
        )
    if connection is None or store.shop_uuid is None:
        return None
    target = _redirect_target(context.shops, store.url)
    address = target or home
    if address is None or (to is not None and not same_shop(address, to)):
        return None
    before = OpenedShop(store.url, connection.rest_base, ShopFacts(uuid=store.shop_uuid))
    sighting = inspect_address(context.shops, keys_of(context, connection), address, before)
    evidence = MoveEvidence(target is not None, sighting.trouble, sighting.same_uuid, sighting.is_home)
    if target is None:
        return Move(address, evidence, is_done=False)
    return _move_or_hold(context, store, sighting, Move(target, evidence, is_done=False))


def _redirect_target(shops: Shops, url: str) -> str | None:
    """Return where an address redirects for good; None where it does not.

    A redirect of the same shop from https to http is not followed.
    """
    try:
        target = shops.moved_to(url)
    except ShopError:
        return None
    is_downgrade = target is not None and target.startswith("http:") and url.startswith("https:")
    if target is None or target == url or (is_downgrade and same_shop(target, url)):
        return None
    return target


def _move_or_hold(context: ServiceContext, before: Store, sighting: Sighting, move: Move) -> Move | None:
    """Move the store, or hold a claim for staff; None where somebody changed the store meanwhile."""
    now = context.now()
    with context.database.writing() as session:
        stores.lock_addresses(session)
        store = stores.get_store(session, before.id, locked=True)
        if (store.url, store.shop_uuid) != (before.url, before.shop_uuid):  # changed meanwhile
            return None
        moved_to = _relocate(session, now, store, sighting) if sighting.is_same else None
        if moved_to is None:
            claim = FalseClaim(ClaimReason.ELSEWHERE, store.id)
            hold_claim(session, now, claim, ReportedIdentity(store.url, None, move.address), move.evidence)
            return move
    replay_held(context, before.id, actor=Agent.CONNECTION, reason=REASON)
    return Move(moved_to, move.evidence, is_done=True)


def _relocate(session: Session, now: datetime, store: Store, sighting: Sighting) -> str | None:
    """Move the store and return its new address; None where it may not be moved there."""
    assert sighting.opened is not None  # it is the same shop
    address, base = sighting.opened.address, sighting.opened.rest_base
    try:
        relocate(session, now, store, address, actor=Agent.CONNECTION, reason=REASON, rest_base=base)
    except Refused as error:
        log.warning("store not moved", store_id=store.id, why=str(error))
        return None
    log.info("store moved", store_id=store.id)
    return address
