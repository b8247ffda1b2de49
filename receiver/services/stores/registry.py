"""Adds stores and changes how they are reached: their place in the offer, signing secret and status token."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.platforms import ShopPlatform
from receiver.domain.programme import Programme
from receiver.domain.shops import other_scheme
from receiver.errors import InputError, Refused
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.programmes.places import claim_place, fill_places
from receiver.services.programmes.terms import enrol_in
from receiver.services.records import record_of
from receiver.services.stores.admit import admit_stores
from receiver.services.stores.details import StoreDetails, checked_details, checked_secret
from receiver.services.stores.lineage import recognise
from receiver.services.stores.records import StoreRecord
from receiver.services.validation import require_text
from receiver.storage import audit, awards, connections, consents, links, stores, webhook_endpoints
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database
from receiver.storage.figures import end_consent
from receiver.storage.tables import Store

SECRET_LETTERS = string.ascii_letters + string.digits  # WooCommerce cleans other characters away
SECRET_LENGTH = 43  # 256 random bits
LONGEST_OVERLAP = 24 * 30


@dataclass(frozen=True, repr=False)
class AddedStore:
    """The values that whoever sets the store up must have; secret and token are shown this once."""

    id: str
    webhook_path: str
    webhook_secret: str
    status_token: str


def webhook_path(store_id: str) -> str:
    """Return the path to which a webhook made by hand delivers."""
    return f"/webhooks/woocommerce/{store_id}"


def add_store(
    context: ServiceContext,
    given: StoreDetails,
    *,
    programme: str,
    actor: str,
    webhook_secret: str | None = None,
    admit: bool = False,
    joined_at: datetime | None = None,
) -> AddedStore:
    """Add a store to `programme` (a file, or a shipped id), with an address for a webhook made by hand.

    It is decided at once, so that it has a stage from its first moment on.
    Raises InputError, and Refused for a shop that is already here.
    """
    details, now = checked_details(given), context.now()
    if joined_at is not None and joined_at > now:
        raise InputError("lies in the future", path="joined-at")
    secret = new_secret() if webhook_secret is None else checked_secret(webhook_secret)
    token = new_token()
    with context.database.writing() as session:
        stores.lock_addresses(session)  # or two would find the shop unknown
        terms = enrol_in(session, programme, now)
        stores.lock_programme(session, terms.id)  # or two would find the last place free
        _refuse_known(session, details.url)
        store = _new_store(details, terms, joined_at or now, now)
        store.status_token_hash = token_hash(token)
        session.add(store)
        session.flush()
        recognise(session, store, uuid=None)
        if admit:
            store.admitted_at = now
        else:
            claim_place(session, terms, store, now)
        webhook_endpoints.add_endpoint(session, store.id, store.id, topic=None)
        webhook_endpoints.add_secret(session, store.id, context.cipher.encrypt(secret), now)
        what = {"url": store.url, "programme": store.programme, "admitted": store.admitted_at is not None}
        audit.record(session, now, actor, AuditAction.STORES_ADD, store.id, what)
    decide_each(context.database, now, [store.id])
    return AddedStore(store.id, webhook_path(store.id), secret, token)


def show_store(database: Database, store_id: str) -> StoreRecord:
    """Return a store. Raises NotFound."""
    with database.reading() as session:
        return record_of(StoreRecord, stores.get_store(session, store_id))


def admit_store(database: Database, now: datetime, store_id: str, *, actor: str) -> StoreRecord:
    """Give the store its place in the offer, beyond the cap too. Twice is once. Raises NotFound."""
    admit_stores(database, now, [store_id], actor=actor)
    return show_store(database, store_id)


def disconnect_store(
    database: Database,
    now: datetime,
    store_id: str,
    *,
    reason: str,
    actor: str,
    keys_removed: bool = False,
) -> StoreRecord:
    """End all that passes between us and the store; what was decided stays. Twice is once.

    Its webhooks are answered 410, its status token and the advertiser's token are forgotten. Unless it
    earned an award its place goes to the merchant that waits longest. `keys_removed`: the plugin removed our
    keys at the shop; otherwise its merchant is told of them. Raises InputError and NotFound.
    """
    reason = require_text(reason, "reason")
    with database.writing() as session:
        stores.lock_stores(session, [store_id])
        store = stores.get_store(session, store_id)
        if store.disconnected_at is None:
            _cut(session, store, now)
            connection = connections.find_connection(session, store_id)
            store.keys_left_at = now if connection is not None and not keys_removed else None
            if connection is not None:
                connection.check_requested_at = (
                    connection.check_requested_at or now
                )  # to delete our webhooks there
            audit.record(session, now, actor, AuditAction.STORES_DISCONNECT, store_id, {"reason": reason})
    placed = fill_places(database, now, store.programme)
    decide_each(database, now, [store_id, *placed])
    return record_of(StoreRecord, store)


def _cut(session: Session, store: Store, now: datetime) -> None:
    store.disconnected_at, store.status_token_hash = now, None
    if awards.award_of(session, store) is None:
        store.admitted_at = None
    for link in links.links_of(session, store.id):
        end_consent(session, link, now, consent=None)
    consents.forget_flows(session, store.id)


def rotate_secret(
    context: ServiceContext,
    store_id: str,
    *,
    actor: str,
    overlap_hours: int = 24,
    webhook_secret: str | None = None,
) -> str:
    """The new secret of the webhook made by hand; the old one verifies until the overlap is over.

    Raises NotFound and InputError.
    """
    if not 0 <= overlap_hours <= LONGEST_OVERLAP:
        raise InputError(f"must be 0 to {LONGEST_OVERLAP} hours", path="overlap")
    secret = new_secret() if webhook_secret is None else checked_secret(webhook_secret)
    now = context.now()
    with context.database.writing() as session:
        stores.get_store(session, store_id, locked=True)
        webhook_endpoints.end_secrets(session, store_id, now + timedelta(hours=overlap_hours))
        webhook_endpoints.add_secret(session, store_id, context.cipher.encrypt(secret), now)
        detail = {"overlap_hours": overlap_hours}
        audit.record(session, now, actor, AuditAction.STORES_ROTATE_SECRET, store_id, detail)
    return secret


def rotate_token(database: Database, now: datetime, store_id: str, *, actor: str) -> str:
    """A new status token; the old one stops working at once. Raises NotFound."""
    token = new_token()
    with database.writing() as session:
        stores.get_store(session, store_id, locked=True).status_token_hash = token_hash(token)
        audit.record(session, now, actor, AuditAction.STORES_ROTATE_TOKEN, store_id, {})
    return token


def new_secret() -> str:
    """A signing secret as WooCommerce keeps it unchanged."""
    return "".join(secrets.choice(SECRET_LETTERS) for _ in range(SECRET_LENGTH))


def new_endpoint_id() -> str:
    """The id of a webhook address of its own."""
    return f"hk_{secrets.token_hex(20)}"


def new_token() -> str:
    """A status token."""
    return f"stt_{secrets.token_hex(32)}"


def _refuse_known(session: Session, url: str) -> None:
    known = stores.store_at(session, (url, other_scheme(url)))
    if known is not None:
        raise Refused(f"{known.url} is already here as {known.id}")


def new_store_id() -> tuple[str, str]:
    """A store's id, and that of the merchant it is until staff merge."""
    random = secrets.token_hex(20)
    return f"st_{random}", f"m_{random[:16]}"


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
