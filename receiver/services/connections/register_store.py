"""The registration of a shop whose keys were proven: as a new store, or as the one at its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.connection_attempts import ConnectionOutcome
from receiver.domain.platforms import ShopPlatform
from receiver.domain.shop_facts import ShopFacts
from receiver.domain.shop_identity import ClaimReason, KnownStore, false_claim
from receiver.services.connections.identity import hold_claim, neighbours_of
from receiver.services.connections.locate import OpenedShop
from receiver.services.connections.ports import Keys
from receiver.services.context import ServiceContext
from receiver.services.programmes.places import claim_place
from receiver.services.programmes.terms import enrol_in
from receiver.services.stores.credentials import new_secret
from receiver.services.stores.identifiers import new_store_id
from receiver.services.stores.lineage import link_earlier_record, mark_store
from receiver.storage import address_claims, audit, connections, stores, webhook_endpoints
from receiver.storage.erasure import ERASED
from receiver.storage.tables import Connection, Store


@dataclass(frozen=True)
class Registration:
    """The end of a connection attempt, and the store it is about."""

    outcome: ConnectionOutcome
    store_id: str | None


def register_store(context: ServiceContext, *, opened: OpenedShop, keys: Keys) -> Registration:
    """Register a shop that its keys opened, as the store they belong to from now on. Idempotent.

    The address that was opened says which store that is. A shop that claims to be another store is held for
    staff, and one that names a home where it was not found is not connected; the keys of either are not kept.
    """
    now = context.now()
    with context.database.writing() as session:
        stores.lock_addresses(session)  # or two registrations at once would each add the shop
        neighbours = neighbours_of(session, opened.reported)
        claim = false_claim(opened.reported, neighbours)
        if claim is not None:
            hold_claim(session, now, claim, opened.reported)
            outcome = (
                ConnectionOutcome.UNPROVEN if claim.why is ClaimReason.ELSEWHERE else ConnectionOutcome.HELD
            )
            return Registration(outcome, claim.store_id)
        if opened.reported.is_elsewhere:
            return Registration(ConnectionOutcome.UNPROVEN, None)
        store = _find_or_add_store(session, context, now, neighbours.at_address, opened)
        _upsert_connection(session, store, context.cipher.encrypt(keys.as_text()), now, opened.rest_base)
        detail = {"url": opened.address, "uuid": opened.facts.uuid}
        audit.record(session, now, Agent.CONNECTION, AuditAction.STORES_CONNECT, store.id, detail)
        return Registration(ConnectionOutcome.CONNECTED, store.id)


def _find_or_add_store(
    session: Session, context: ServiceContext, now: datetime, existing: KnownStore | None, opened: OpenedShop
) -> Store:
    """Return the store at the shop's address, connected anew, or a new one."""
    if existing is None:
        store = _add_store(session, context, now, opened)
    else:
        store = stores.get_store(session, existing.id, locked=True)
        store.disconnected_at = store.decided_at = store.keys_left_at = None
        store.url = opened.address  # the scheme may be another
        if store.name == ERASED and opened.facts.name:
            store.name = opened.facts.name
        mark_store(session, store, opened.facts.uuid)
    store.shop_uuid = store.shop_uuid or opened.facts.uuid
    address_claims.end_unsigned(session, store.id, opened.address)
    address_claims.end_claims_at(session, store.id, opened.address)
    return store


def _add_store(session: Session, context: ServiceContext, now: datetime, opened: OpenedShop) -> Store:
    terms = enrol_in(session, context.settings.programme, now)
    stores.lock_programme(session, terms.id)  # or two stores at once would both take the last place
    store = _new_store(now, opened.address, opened.facts, terms.id)
    session.add(store)
    session.flush()
    webhook_endpoints.add_endpoint(session, store.id, store.id, topic=None)  # for a webhook made by hand, too
    webhook_endpoints.add_secret(session, store.id, context.cipher.encrypt(new_secret()), now)
    link_earlier_record(session, store, opened.facts.uuid)
    claim_place(session, terms, store, now)
    return store


def _new_store(now: datetime, url: str, facts: ShopFacts, programme: str) -> Store:
    store_id, merchant = new_store_id()
    return Store(
        id=store_id,
        url=url,
        name=facts.name or url.split("://")[1].rstrip("/"),
        country=facts.country,
        currency=facts.currency,
        merchant=merchant,
        platform=ShopPlatform.WOOCOMMERCE,
        programme=programme,
        joined_at=now,
        created_at=now,
        facts_read_at=now if facts.country else None,
    )


def _upsert_connection(
    session: Session, store: Store, keys_encrypted: str, now: datetime, rest_base: str
) -> None:
    """Upsert the store's connection: new keys replace old ones.

    The time of its token is cleared, since a token that the plugin has may be an earlier one.
    """
    connection = connections.find_connection(session, store.id, locked=True)
    if connection is None:
        connection = Connection(store_id=store.id, failures=0)
        session.add(connection)
    connection.rest_base, connection.keys_encrypted, connection.connected_at = rest_base, keys_encrypted, now
    connection.token_at = connection.lease_until = connection.trouble = None
    connection.check_requested_at = connection.rotation = connection.companion_gone_at = None
    connection.next_check_at, connection.failures = now, 0
    session.flush()
