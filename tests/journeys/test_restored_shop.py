"""A shop that no keys are held of is put back to a backup: its numbers fall back, over HTTP."""

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
    """What goes back here is a shop; its signals are kept alike on both in tests/services/deliveries."""
    return "sqlite"


@pytest.fixture
def shops(tmp_path, clock):
    with served_shops(tmp_path / "shops", clock) as made:
        yield made


@pytest.fixture
def container(service):
    return service[0]


@pytest.fixture
def shop(service, shops):
    """Its merchant made the webhook by hand, so that we hold no keys of it."""
    container, base = service
    made = shops.open("restored")
    details = StoreDetails(f"{made.url}/", "Restored", "US", "USD", None)
    store = add_store(container, details, programme="woocommerce-2025", actor="test")
    topic, url = "action.wc_ad_credit_signal", base + store.webhook_path
    with made.changing():
        made.records.hooks.append(
            StoredWebhook(1, "by hand", topic, url, store.webhook_secret, OWNER, made.utc_time())
        )
    return made


def link(shop, advertiser_id):
    account = {"advertiser_id": advertiser_id, "business_center": None, "external_business_id": None}
    shop.setup.state = {
        "integration": {"installed": True, "set_up": True},
        "account": {**account, "exact": True},
    }
    shop.signal("account_linked", **account, exact=True)


def sent(container, shop):
    container.now.move(seconds=40)  # as WordPress's background queue takes
    run_queue(shop)
    while work_inbox(container):
        pass
    while replay_next(container.database, container.now()):
        container.now.move(seconds=1)


def only_store(container):
    with container.database.reading() as session:
        (row,) = session.scalars(select(tables.Store))
        return row


def standing(container):
    with container.database.reading() as session:
        links = session.scalars(select(tables.Link).where(tables.Link.ended_at.is_(None)))
        return [one.advertiser_id for one in links]


def troubles(container):
    with container.database.reading() as session:
        return set(session.scalars(select(tables.StoreTroubleRow.id)))


@pytest.fixture
def restored(container, shop, clock):
    """It linked one account in ten signals, was put back to five, and links another one two hours later."""
    for _ in range(9):
        shop.signal("integration_set_up")
    link(shop, OLD)
    sent(container, shop)
    companion.restore(shop, 5)
    clock.move(hours=2)
    link(shop, NEW)
    sent(container, shop)
    return shop


def test_one_message_with_an_earlier_number_is_told_and_changes_nothing(container, restored):
    assert standing(container) == [OLD]
    assert "signals_fell_back" in troubles(container)


def test_three_messages_that_agree_are_believed_and_none_of_them_is_lost(container, restored, clock):
    linked_at = clock()
    for _ in range(2):
        clock.move(days=1)
        restored.signal("integration_set_up")
        sent(container, restored)
    assert standing(container) == [NEW]
    assert "signals_fell_back" not in troubles(container)
    with container.database.reading() as session:
        (new,) = session.scalars(select(tables.Link).where(tables.Link.advertiser_id == NEW))
        assert new.linked_at <= linked_at  # the message that was passed over says when, and nothing later
        restarts = session.scalars(
            select(tables.AuditEntry).where(tables.AuditEntry.action == AuditAction.STORE_SEQUENCE_RESTARTED)
        ).all()
    assert [(one.actor, one.detail["from"], one.detail["to"]) for one in restarts] == [(Agent.SERVICE, 10, 6)]

    # The next ones count as ever.
    clock.move(hours=1)
    restored.signal("link_lost")
    sent(container, restored)
    assert standing(container) == []


def test_staff_begin_the_sequence_anew_after_one_message(container, restored, clock):
    store_id = only_store(container).id
    answer = restart_sequence(
        container.database, clock(), store_id, reason="the merchant restored a backup", actor="op@x.example"
    )
    assert (answer["from"], answer["to"], answer["messages_replayed"]) == (10, 6, 1)
    sent(container, restored)
    assert standing(container) == [NEW]


def test_a_shop_that_goes_on_with_its_old_numbers_is_not_begun_anew(container, restored, clock):
    """Two copies that both speak: what each says agrees with itself alone."""
    for seq in (11, 6, 12, 7):
        clock.move(hours=2)
        companion.restore(restored, seq - 1)
        restored.signal("integration_set_up")
        sent(container, restored)
    assert standing(container) == [OLD]
    assert only_store(container).sequence_from is None


def test_a_whole_state_in_order_ends_the_trouble(container, restored, clock):
    clock.move(hours=2)
    companion.restore(restored, 10)
    restored.signal("state")
    sent(container, restored)
    assert "signals_fell_back" not in troubles(container)
    assert standing(container) == [NEW]
