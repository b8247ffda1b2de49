"""Moves a store by itself: where its old address redirects for good to a new one that its own keys open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent
from receiver.domain.shop_facts import ShopFacts
from receiver.domain.shop_identity import ClaimReason, FalseClaim, MoveEvidence, Reported
from receiver.domain.shops import same_shop
from receiver.errors import Refused, ShopError
from receiver.logs import get_logger
from receiver.services.connections.identity import hold_claim
from receiver.services.connections.locate import Opened, Sighting, look_at
from receiver.services.connections.move_store import relocate, replay_held
from receiver.services.connections.ports import Shops, keys_of
from receiver.services.context import ServiceContext
from receiver.storage import connections, stores
from receiver.storage.database import Database
from receiver.storage.tables import Store

REASON = "the old address redirects there for good, and its keys open the same shop"

log = get_logger(__name__)


@dataclass(frozen=True)
class Move:
    """A likely move of a store, with the evidence for it."""

    address: str
    evidence: MoveEvidence
    is_made: bool  # the store is there now


def follow_move(
    context: ServiceContext, store_id: str, *, home: str | None = None, to: str | None = None
) -> Move | None:
    """Move the store where its address redirects for good; None where nothing leads elsewhere.

    The new address must open with the keys we hold, report the store's UUID and call itself its home; with
    `to`, it must be that one. A redirect that proves nothing is held for staff. `home`: another address that
    the shop calls its home; without a redirect it is looked at, and nothing moves.
    """
    with context.database.reading() as session:
        store, connection = (
            stores.get_store(session, store_id),
            connections.find_connection(session, store_id),
        )
    if connection is None or store.shop_uuid is None:
        return None
    target = _target(context.shops, store.url)
    address = target or home
    if address is None or (to is not None and not same_shop(address, to)):
        return None
    before = Opened(store.url, connection.rest_base, ShopFacts(uuid=store.shop_uuid))
    found = look_at(context.shops, keys_of(context, connection), address, before)
    evidence = MoveEvidence(target is not None, found.trouble, found.same_uuid, found.is_home)
    if target is None:
        return Move(address, evidence, is_made=False)
    return _keep(context.database, context.now(), store, found, Move(target, evidence, is_made=False))


def _target(shops: Shops, url: str) -> str | None:
    """Where an address leads for good: elsewhere, or from http to https at the same place."""
    try:
        target = shops.moved_to(url)
    except ShopError:
        return None
    is_downgrade = target is not None and target.startswith("http:") and url.startswith("https:")
    if target is None or target == url or (is_downgrade and same_shop(target, url)):
        return None
    return target


def _keep(database: Database, now: datetime, before: Store, found: Sighting, move: Move) -> Move | None:
    with database.writing() as session:
        stores.lock_addresses(session)
        store = stores.get_store(session, before.id, locked=True)
        if (store.url, store.shop_uuid) != (before.url, before.shop_uuid):  # somebody was quicker
            return None
        moved_to = _relocated(session, now, store, found) if found.is_same else None
        if moved_to is None:
            claim = FalseClaim(ClaimReason.ELSEWHERE, store.id)
            hold_claim(session, now, claim, Reported(store.url, None, move.address), move.evidence)
            return move
    replay_held(database, now, before.id, actor=Agent.CONNECTION, reason=REASON)
    return Move(moved_to, move.evidence, is_made=True)


def _relocated(session: Session, now: datetime, store: Store, found: Sighting) -> str | None:
    """Move the store; None where it may not be moved there."""
    assert found.opened is not None  # it is the same shop
    address, base = found.opened.address, found.opened.rest_base
    try:
        relocate(session, now, store, address, actor=Agent.CONNECTION, reason=REASON, rest_base=base)
    except Refused as error:
        log.warning("store not moved", store_id=store.id, why=str(error))
        return None
    log.info("store moved", store_id=store.id)
    return address
