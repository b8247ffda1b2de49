"""Moves a store by itself: where its old address redirects for good to a new one that its own keys open."""

from __future__ import annotations

from datetime import datetime

import structlog

from receiver.domain.audit import Agent
from receiver.domain.shop_facts import ShopFacts
from receiver.domain.shop_identity import ClaimReason, FalseClaim, Reported
from receiver.domain.shops import same_shop
from receiver.errors import Refused, ShopError
from receiver.services.connections.identity import hold_claim
from receiver.services.connections.locate import Opened, open_same
from receiver.services.connections.move_store import relocate
from receiver.services.connections.ports import Shops, keys_of
from receiver.services.context import ServiceContext
from receiver.storage import bridges, stores
from receiver.storage.database import Database
from receiver.storage.tables import Store

REASON = "the old address redirects there for good, and its keys open the same shop"

log = structlog.get_logger(__name__)


def follow_redirect(context: ServiceContext, store_id: str, *, to: str | None = None) -> str | None:
    """Move the store where its address redirects for good; return the new address, None if it stays.

    The new address must open with the keys we hold, report the store's UUID and call itself its home; with
    `to`, it must be that one. A redirect that proves nothing is held for staff.
    """
    with context.database.reading() as session:
        store, bridge = stores.get_store(session, store_id), bridges.bridge_of(session, store_id)
    if bridge is None or store.shop_uuid is None:
        return None
    target = _target(context.shops, store.url)
    if target is None or (to is not None and not same_shop(target, to)):
        return None
    before = Opened(store.url, bridge.rest_base, ShopFacts(uuid=store.shop_uuid))
    found = open_same(context.shops, keys_of(context, bridge), target, before)
    return _keep(context.database, context.now(), store, target, found)


def _target(shops: Shops, url: str) -> str | None:
    try:
        target = shops.moved_to(url)
    except ShopError:
        return None
    return None if target is None or same_shop(target, url) else target


def _keep(database: Database, now: datetime, before: Store, target: str, found: Opened | None) -> str | None:
    with database.writing() as session:
        stores.lock_addresses(session)
        store = stores.get_store(session, before.id, locked=True)
        if (store.url, store.shop_uuid) != (before.url, before.shop_uuid):  # somebody was quicker
            return None
        if found is not None:
            try:
                relocate(
                    session,
                    now,
                    store,
                    found.address,
                    actor=Agent.BRIDGE,
                    reason=REASON,
                    rest_base=found.rest_base,
                )
            except Refused as error:
                log.warning("store not moved", store_id=store.id, why=str(error))
            else:
                log.info("store moved", store_id=store.id)
                return found.address
        hold_claim(
            session, now, FalseClaim(ClaimReason.ELSEWHERE, store.id), Reported(store.url, None, target)
        )
        return None
