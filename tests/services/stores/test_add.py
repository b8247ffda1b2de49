"""A store is added with its ids, its secrets and its place in the offer."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from receiver.container import Container
from receiver.domain.store_filters import StoreFilters
from receiver.errors import InputError, Refused
from receiver.services.stores.admit import admit_store
from receiver.services.stores.listing import list_stores
from receiver.services.stores.show import show_store
from receiver.storage.cipher import token_hash
from receiver.storage.tables import AuditEntry, Store, WebhookEndpoint, WebhookSecret
from tests.db_factories import rows_of
from tests.signals import add_shop


def secrets_of(container: Container, store_id: str) -> list[WebhookSecret]:
    with container.database.reading() as session:
        return list(session.query(WebhookSecret).filter_by(hook_id=store_id).order_by(WebhookSecret.id))


def test_an_added_store_can_be_delivered_to(container: Container):
    new_store = add_shop(container, webhook_secret=None)
    assert new_store.webhook_path == f"/webhooks/woocommerce/{new_store.id}"
    assert new_store.id.startswith("st_")
    assert len(new_store.id) >= 3 + 32
    assert len(new_store.webhook_secret) >= 40
    assert new_store.webhook_secret.isalnum()
    assert new_store.status_token.startswith("stt_")
    assert len(new_store.status_token) == 4 + 64
    with container.database.reading() as session:
        hook = session.get_one(WebhookEndpoint, new_store.id)
        assert (hook.store_id, hook.topic) == (new_store.id, None)


def test_a_store_has_its_stage_from_its_first_moment_on(container: Container):
    new_store = add_shop(container)
    assert (show_store(container.database, new_store.id).stage) == "awaiting_setup"


def test_secret_and_token_are_not_readable_in_the_database_audit_or_repr(container: Container):
    new_store = add_shop(container, webhook_secret=None)
    (secret,) = secrets_of(container, new_store.id)
    assert new_store.webhook_secret not in secret.secret_encrypted
    assert container.cipher.decrypt(secret.secret_encrypted) == new_store.webhook_secret
    (store,) = rows_of(container, Store)
    assert store.status_token_hash == token_hash(new_store.status_token) != new_store.status_token
    with container.database.reading() as session:
        audited = json.dumps([[item.action, item.subject, item.detail] for item in session.query(AuditEntry)])
    for word in (new_store.webhook_secret, new_store.status_token):
        assert word not in audited
        assert word not in repr(new_store)


def test_a_store_is_kept_as_it_is_written_everywhere(container: Container):
    new_store = add_shop(container, "HTTPS://Shop.Example:443", name=" Café ", country="UK", currency="GBP")
    store = show_store(container.database, new_store.id)
    assert (store.url, store.name) == ("https://shop.example/", "Café")
    assert (store.country, store.currency, store.programme) == ("GB", "GBP", "woocommerce-2025")
    assert (store.joined_at, store.created_at) == (container.now(), container.now())


@pytest.mark.parametrize("url", ["https://shop.example", "HTTPS://SHOP.example:443/", "http://shop.example/"])
def test_the_same_shop_twice_is_refused_with_a_sentence(container: Container, url: str):
    new_store = add_shop(container)
    with pytest.raises(Refused, match=f"https://shop.example/ is already here as {new_store.id}"):
        add_shop(container, url)


WRONG = {
    "url": ["", "https://user:pw@shop.example/", "https://shop .example/", "ftp://a.b/"],
    "name": ["", "  ", "two\nlines", "x" * 201],
    "country": ["", "us", "USA", "U1", "ÄÖ"],
    "currency": ["", "usd", "US", "USDT"],
    "merchant": ["", " "],
    "webhook-secret": ["", "0", "x" * 5000, "half a character \udc80"],
    "programme": ["no-such-programme"],
}


@pytest.mark.parametrize("database_kind", ["sqlite"])  # no matter of what keeps the rows
@pytest.mark.parametrize(
    ("field", "value"), [(name, value) for name, all_ in WRONG.items() for value in all_]
)
def test_a_wrong_field_is_named_and_nothing_is_kept(container: Container, field: str, value: str):
    details = {"url": "https://shop.example/", field.replace("-", "_"): value}
    with pytest.raises(InputError, match=field):
        add_shop(container, **details)
    assert list_stores(container.database, StoreFilters(), 0) == []


def test_joining_lies_in_the_past(container: Container):
    joined = container.now() - timedelta(days=9)
    assert show_store(container.database, add_shop(container, joined_at=joined).id).joined_at == joined
    with pytest.raises(InputError, match="joined-at"):
        add_shop(container, "https://other.example/", joined_at=container.now() + timedelta(seconds=1))


def test_each_store_is_its_own_merchant_until_told_otherwise(container: Container):
    shops = [add_shop(container, f"https://{name}.example/") for name in "ab"]
    ours = [add_shop(container, f"https://{name}.example/", merchant="m_ours") for name in "cd"]
    merchants = [show_store(container.database, shop.id).merchant for shop in shops + ours]
    assert merchants[2:] == ["m_ours"] * 2
    assert len(set(merchants)) == 3


# a place in the offer


def test_without_a_cap_every_store_has_its_place(container: Container):
    assert show_store(container.database, add_shop(container).id).admitted_at == container.now()


def test_first_come_first_served_and_staff_may_admit_beyond(container: Container, capped: str):
    def added(name: str, **changes: Any) -> Store:
        return show_store(
            container.database,
            add_shop(container, f"https://{name}.example/", programme=capped, **changes).id,
        )

    stores = [
        added("a", merchant="m_1"),
        added("b"),
        added("c"),
        added("d", merchant="m_1"),  # has its place already
        added("e", admit=True),
    ]
    assert [store.admitted_at is not None for store in stores] == [True, True, False, True, True]
    assert admit_store(container, stores[2].id, actor="ann").admitted_at == container.now()


def test_the_last_place_and_the_same_shop_are_given_once_however_many_ask(container: Container, capped: str):
    add_shop(container, "https://first.example/", programme=capped)
    shops = [f"https://{name}.example/" for name in "aabbcc"]
    start, store_ids, refused = Barrier(len(shops)), [], []

    def add(url: str) -> None:
        start.wait()
        try:
            store_ids.append(add_shop(container, url, programme=capped).id)
        except Refused as error:
            refused.append(error)

    threads = [Thread(target=add, args=(url,)) for url in shops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert (len(store_ids), len(refused)) == (3, 3)
    stores = [show_store(container.database, item) for item in store_ids]
    assert sum(store.admitted_at is not None for store in stores) == 1
