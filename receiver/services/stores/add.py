"""Adds a store to a programme, with an endpoint for a webhook made by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.platforms import ShopPlatform
from receiver.domain.programme import Programme
from receiver.domain.shops import other_scheme
from receiver.errors import InputError, Refused
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.programmes.places import claim_place
from receiver.services.programmes.terms import enrol_in
from receiver.services.stores.credentials import new_secret, new_token
from receiver.services.stores.details import StoreDetails, validate_details, validate_secret
from receiver.services.stores.identifiers import new_store_id, webhook_path
from receiver.services.stores.lineage import link_earlier_record
from receiver.storage import audit, stores, webhook_endpoints
from receiver.storage.cipher import token_hash
from receiver.storage.tables import Store


@dataclass(frozen=True, repr=False)
class AddedStore:
    """The values needed to set the store up; secret and token are shown only once."""

    id: str
    webhook_path: str
    webhook_secret: str
    status_token: str


def added_store_document(store: AddedStore, public_url: str) -> dict[str, str]:
    """Return an added store as the API and the command line show it, this once."""
    return {
        "id": store.id,
        "webhook_url": public_url + store.webhook_path,
        "webhook_secret": store.webhook_secret,
        "status_token": store.status_token,
    }


def add_store(
    context: ServiceContext,
    details: StoreDetails,
    *,
    programme: str,
    actor: str,
    webhook_secret: str | None = None,
    admit: bool = False,
    joined_at: datetime | None = None,
) -> AddedStore:
    """Add a store to `programme` (a file, or a shipped id), with an endpoint for a webhook made by hand.

    It is decided at once, so that it has a stage from the beginning.
    Raises InputError, and Refused for a shop that is already here.
    """
    validated, now = validate_details(details), context.now()
    if joined_at is not None and joined_at > now:
        raise InputError("lies in the future", path="joined-at")
    secret = new_secret() if webhook_secret is None else validate_secret(webhook_secret)
    token = new_token()
    with context.database.writing() as session:
        stores.lock_addresses(session)  # or two would find the shop unknown
        terms = enrol_in(session, programme, now)
        stores.lock_programme(session, terms.id)  # or two would find the last place free
        _refuse_known(session, validated.url)
        store = _new_store(validated, terms, joined_at or now, now)
        store.status_token_hash = token_hash(token)
        session.add(store)
        session.flush()
        link_earlier_record(session, store, uuid=None)
        if admit:
            store.admitted_at = now
        else:
            claim_place(session, terms, store, now)
        webhook_endpoints.add_endpoint(session, store.id, store.id, topic=None)
        webhook_endpoints.add_secret(session, store.id, context.cipher.encrypt(secret), now)
        what = {"url": store.url, "programme": store.programme, "admitted": store.admitted_at is not None}
        audit.record(session, now, actor, AuditAction.STORES_ADD, store.id, what)
    decide_each(context, [store.id])
    return AddedStore(store.id, webhook_path(store.id), secret, token)


def _refuse_known(session: Session, url: str) -> None:
    store = stores.store_at(session, (url, other_scheme(url)))
    if store is not None:
        raise Refused(f"{store.url} is already here as {store.id}")


def _new_store(details: StoreDetails, terms: Programme, joined_at: datetime, now: datetime) -> Store:
    store_id, merchant = new_store_id()
    return Store(
        id=store_id,
        url=details.url,
        name=details.name,
        country=details.country,
        currency=details.currency,
        merchant=details.merchant or merchant,
        platform=ShopPlatform(terms.platform),
        programme=terms.id,
        joined_at=joined_at,
        created_at=now,
    )
