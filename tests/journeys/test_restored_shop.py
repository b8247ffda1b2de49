"""A shop whose keys we do not have is restored from a backup: its numbers fall back, over HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from receiver.domain.audit import Agent, AuditAction
from receiver.sandbox.woocommerce import companion
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.records import OWNER, StoredWebhook
from receiver.services.deliveries.replay import replay_next
from receiver.services.deliveries.restart import restart_sequence
from receiver.services.stores.add import add_store
from receiver.services.stores.details import StoreDetails
from receiver.storage import tables
from receiver.worker.loop import work_inbox
from tests.shops import served_shops

OLD, NEW = "7400000000000000101", "7400000000000000202"


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: tests/services/deliveries applies signals on both databases."""
    return "sqlite"


@pytest.fixture
def shops(tmp_path, clock):
    with served_shops(tmp_path / "shops", clock) as sandbox_shops:
        yield sandbox_shops


@pytest.fixture
def container(service):
    return service[0]


@pytest.fixture
def shop(service, shops):
    """A shop whose merchant made the webhook by hand, so that we have no keys of it."""
    container, base = service
    restored_shop = shops.open("restored")
    details = StoreDetails(f"{restored_shop.url}/", "Restored", "US", "USD", None)
    store = add_store(container, details, programme="woocommerce-2025", actor="test")
    topic, url = "action.wc_ad_credit_signal", base + store.webhook_path
    with restored_shop.changing():
        restored_shop.records.hooks.append(
            StoredWebhook(1, "by hand", topic, url, store.webhook_secret, OWNER, restored_shop.utc_time())
        )
    return restored_shop


def link(shop, advertiser_id):
    account = {"advertiser_id": advertiser_id, "business_center": None, "external_business_id": None}
    shop.setup.state = {
        "integration": {"installed": True, "set_up": True},
        "account": {**account, "exact": True},
    }
    shop.signal("account_linked", **account, exact=True)


def deliver_all(container, shop):
    container.now.move(seconds=40)  # as WordPress's background queue takes
    run_queue(shop)
    while work_inbox(container):
        pass
    while replay_next(container):
        container.now.move(seconds=1)


def only_store(container):
    with container.database.reading() as session:
        (row,) = session.scalars(select(tables.Store))
        return row


def linked_accounts(container):
    with container.database.reading() as session:
        links = session.scalars(select(tables.Link).where(tables.Link.ended_at.is_(None)))
        return [link.advertiser_id for link in links]


def troubles(container):
    with container.database.reading() as session:
        return set(session.scalars(select(tables.StoreTroubleRow.id)))


@pytest.fixture
def restored(container, shop, clock):
    """A shop that sent ten signals, was restored to the fifth, and linked another account two hours later."""
    for _ in range(9):
        shop.signal("integration_set_up")
    link(shop, OLD)
    deliver_all(container, shop)
    companion.restore(shop, 5)
    clock.move(hours=2)
    link(shop, NEW)
    deliver_all(container, shop)
    return shop


def test_one_message_with_an_earlier_number_is_told_and_changes_nothing(container, restored):
    assert linked_accounts(container) == [OLD]
    assert "signals_fell_back" in troubles(container)


def test_three_messages_that_agree_are_believed_and_none_of_them_is_lost(container, restored, clock):
    linked_at = clock()
    for _ in range(2):
        clock.move(days=1)
        restored.signal("integration_set_up")
        deliver_all(container, restored)
    assert linked_accounts(container) == [NEW]
    assert "signals_fell_back" not in troubles(container)
    with container.database.reading() as session:
        (new,) = session.scalars(select(tables.Link).where(tables.Link.advertiser_id == NEW))
        assert new.linked_at <= linked_at  # the message that was passed over dates the link, not a later one
        restarts = session.scalars(
            select(tables.AuditEntry).where(tables.AuditEntry.action == AuditAction.STORE_SEQUENCE_RESTARTED)
        ).all()
    assert [(entry.actor, entry.detail["from"], entry.detail["to"]) for entry in restarts] == [
        (Agent.SERVICE, 10, 6)
    ]

    # The next signals are applied as usual.
    clock.move(hours=1)
    restored.signal("link_lost")
    deliver_all(container, restored)
    assert linked_accounts(container) == []


def test_staff_begin_the_sequence_anew_after_one_message(container, restored, clock):
    store_id = only_store(container).id
    answer = restart_sequence(
        container.at(clock()), store_id, reason="the merchant restored a backup", actor="op@x.example"
    )
    assert (answer["from"], answer["to"], answer["messages_replayed"]) == (10, 6, 1)
    deliver_all(container, restored)
    assert linked_accounts(container) == [NEW]


def test_a_shop_that_goes_on_with_its_old_numbers_is_not_begun_anew(container, restored, clock):
    """Two copies of a shop both send: each agrees only with its own numbers."""
    for seq in (11, 6, 12, 7):
        clock.move(hours=2)
        companion.restore(restored, seq - 1)
        restored.signal("integration_set_up")
        deliver_all(container, restored)
    assert linked_accounts(container) == [OLD]
    assert only_store(container).sequence_from is None


def test_a_whole_state_in_order_ends_the_trouble(container, restored, clock):
    clock.move(hours=2)
    companion.restore(restored, 10)
    restored.signal("state")
    deliver_all(container, restored)
    assert "signals_fell_back" not in troubles(container)
    assert linked_accounts(container) == [NEW]
