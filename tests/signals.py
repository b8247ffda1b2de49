"""Signals as a shop's plugin sends them: override one field."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from receiver.container import Container
from receiver.domain.deliveries import DeliveryState, identity
from receiver.integrations.woocommerce.events import SIGNAL
from receiver.services.stores.add import AddedStore, add_store
from receiver.services.stores.details import StoreDetails
from receiver.storage import delivery_queue, inbox
from receiver.storage.delivery_queue import ClaimedDelivery
from receiver.storage.inbox import NewDelivery, StoredDelivery
from receiver.storage.tables import Attempt, Delivery

SHOP = "https://shop.example/"
SECRET = "s3cretABC"
INSTALL = "3f0d5a52-8f0e-4c0b-9b5e-6f0a2f1d7c11"
BEGAN = datetime(2025, 11, 1, tzinfo=UTC)
LEASE = timedelta(minutes=5)
ACCOUNT = "7300000000000000017"
OTHER_ACCOUNT = "7300000000000000025"


def signal(seq: Any = 1, event: str = "integration_installed", **fields: Any) -> dict[str, Any]:
    """Build the argument of a signal, sent `seq` minutes after BEGAN."""
    at = BEGAN + timedelta(minutes=seq if isinstance(seq, int) else 1)
    plain = {"v": 1, "install_id": INSTALL, "home_url": SHOP, "seq": seq, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    return {**plain, "event": event, **fields}


def link_signal(seq: int, advertiser_id: str = ACCOUNT, **fields: Any) -> dict[str, Any]:
    return signal(seq, **{"event": "account_linked", "advertiser_id": advertiser_id, "exact": True, **fields})


def body_of(argument: Any) -> bytes:
    """Return the JSON body of a signal as WordPress writes it."""
    return json.dumps({"action": "wc_ad_credit_signal", "arg": argument}, separators=(",", ":")).encode()


def add_shop(container: Container, url: str = SHOP, **changes: Any) -> AddedStore:
    defaults = {"name": "Example shop", "country": "US", "currency": "USD", "merchant": None}
    details = StoreDetails(url, **{name: changes.pop(name, value) for name, value in defaults.items()})
    valid = {"programme": "woocommerce-2025", "webhook_secret": SECRET, "actor": "test"}
    return add_store(container, details, **{**valid, **changes})


def new_delivery(
    store_id: str, body: bytes, received_at: datetime, topic: str | None = SIGNAL
) -> NewDelivery:
    return NewDelivery(
        identity=identity(store_id, body),
        source="woocommerce",
        store_id=store_id,
        hook_id=store_id,
        topic=topic,
        webhook_id="136",
        delivery_id="d24874523d0e5885039d59d9d2576c6c",
        headers=[["content-type", "application/json"]],
        body=body,
        body_sha256=hashlib.sha256(body).hexdigest(),
        received_at=received_at,
    )


def keep(
    container: Container, store_id: str, *bodies: bytes, topic: str | None = SIGNAL
) -> list[StoredDelivery]:
    with container.database.writing() as session:
        return inbox.keep(session, [new_delivery(store_id, body, container.now(), topic) for body in bodies])


def keep_one(container: Container, store_id: str, argument: Any, topic: str | None = SIGNAL) -> int:
    """Insert a delivery of this signal; return its id."""
    return keep(container, store_id, body_of(argument), topic=topic)[0].id


def claim(container: Container, limit: int = 10) -> list[ClaimedDelivery]:
    with container.database.writing() as session:
        return delivery_queue.claim(session, container.now(), limit, LEASE)


def end_attempt(container: Container, claimed: ClaimedDelivery, state: DeliveryState, **details: Any) -> None:
    with container.database.writing() as session:
        (delivery,) = delivery_queue.lock_claimed(session, [claimed])
        result = delivery_queue.TryEnd(state, **details)
        delivery_queue.finish_all(session, [(delivery, result)], container.now())


def row(container: Container, delivery_id: int) -> Delivery:
    with container.database.reading() as session:
        delivery = session.get(Delivery, delivery_id)
        assert delivery is not None
        return delivery


def attempts(container: Container, delivery_id: int) -> list[Attempt]:
    with container.database.reading() as session:
        return list(session.query(Attempt).filter_by(delivery_id=delivery_id).order_by(Attempt.id))
