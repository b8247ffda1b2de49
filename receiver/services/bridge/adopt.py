"""Takes a store whose keys were proven into the service: a new one, or one that goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from receiver.domain.connects import Outcome
from receiver.domain.shop_facts import ShopFacts, Whose, whose
from receiver.services.bridge.shops import Keys
from receiver.services.facts.programmes import enrol_in
from receiver.services.stores.lineage import mark_store, recognise
from receiver.services.stores.places import claim_place
from receiver.services.stores.registry import new_secret, new_store_id
from receiver.storage import audit, bridges, hooks, stores
from receiver.storage.database import Database
from receiver.storage.seal import Seal
from receiver.storage.tables import Bridge, Store

ACTOR = "bridge"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Adopted:
    """How the connect ends, and the store it is about."""

    outcome: Outcome
    store_id: str | None


def adopt(
    database: Database,
    seal: Seal,
    now: datetime,
    *,
    url: str,
    rest_base: str,
    keys: Keys,
    facts: ShopFacts,
    programme: str,
) -> Adopted:
    """The store of these keys from now on. Twice is once.

    A copy of a store, or another shop at its address, is held for staff, and its keys are not kept.
    """
    with database.writing() as session:
        terms = enrol_in(session, programme, now)
        stores.lock_programme(session, terms.id)  # or two would find the shop unknown
        of_uuid = bridges.store_of_uuid(session, facts.uuid) if facts.uuid else None
        home = facts.home_url or url
        verdict, known = whose(home, facts.uuid, bridges.store_at_address(session, url), of_uuid)
        if verdict in (Whose.COPY, Whose.REPLACED):
            detail = {"why": verdict, "address": url, "uuid": facts.uuid}
            audit.record(session, now, ACTOR, "connect held", known or url, detail)
            return Adopted(Outcome.HELD, known)
        if known is None:
            store = _add(session, now, url, facts, terms.id)
            recognise(session, store, facts.uuid)
            hooks.add_hook(session, store.id, store.id, topic=None)  # for a webhook made by hand, too
            hooks.add_secret(session, store.id, seal.close(new_secret()), now)
            claim_place(session, terms, store, now)
        else:
            store = stores.known_store(session, known, locked=True)
            store.disconnected_at, store.decided_at = None, None
            store.url = url
            mark_store(session, store, facts.uuid)
        _bridge(session, store, seal.close(keys.as_text()), facts, now, rest_base)
        audit.record(session, now, ACTOR, "stores connect", store.id, {"url": url, "uuid": facts.uuid})
        return Adopted(Outcome.CONNECTED, store.id)


def _add(session: Session, now: datetime, url: str, facts: ShopFacts, programme: str) -> Store:
    store_id, merchant = new_store_id()
    store = Store(
        id=store_id,
        url=url,
        name=facts.name or url.split("://")[1].rstrip("/"),
        country=facts.country,
        currency=facts.currency,
        merchant=merchant,
        programme=programme,
        joined_at=now,
        created_at=now,
        facts_read_at=now if facts.country else None,
    )
    session.add(store)
    session.flush()
    return store


def _bridge(
    session: Session, store: Store, keys_sealed: str, facts: ShopFacts, now: datetime, rest_base: str
) -> None:
    """New keys take the place of old ones; a token the plugin has may be one of before."""
    bridge = bridges.bridge_of(session, store.id, locked=True)
    if bridge is None:
        bridge = Bridge(store_id=store.id, failures=0)
        session.add(bridge)
    bridge.rest_base, bridge.keys_sealed, bridge.connected_at = rest_base, keys_sealed, now
    bridge.store_uuid = facts.uuid or bridge.store_uuid
    bridge.token_at = bridge.lease_until = bridge.trouble = None
    bridge.next_check_at, bridge.failures = now, 0
    session.flush()
