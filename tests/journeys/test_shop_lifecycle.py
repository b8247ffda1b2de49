"""The life of a shop's plugins (disconnecting, deleting, losing, relinking), over HTTP."""

from __future__ import annotations

import pytest
import requests
from sqlalchemy import select

from receiver.documents.status import full_document
from receiver.sandbox.woocommerce import companion, tiktok_plugin
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.shop import INTEGRATION, Permalinks
from receiver.services.connections.errands import request_leaving
from receiver.services.connections.reconcile import reconcile_store
from receiver.services.decisions.status import status_of
from receiver.storage import tables
from receiver.worker.loop import work_inbox
from receiver.worker.store_work import work_stores
from tests.db_factories import only_row, rows_of
from tests.journeys.connecting import connect_by_hand

LABEL = "TikTok ad credit - API (2025-11-20 12:00:00)"  # as WooCommerce names a key that was approved
OLD, NEW = "7400000000000000101", "7400000000000000202"


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: services/connections is tested on both databases."""
    return "sqlite"


@pytest.fixture
def shops(https_shops):
    """The shops over https, as real ones: without it keys are signed for an address, and open no other."""
    return https_shops


@pytest.fixture
def service(https_service):
    return https_service


@pytest.fixture
def container(service):
    return service[0]


@pytest.fixture
def connected(service, shop, clock):
    key = shop.new_key(description=LABEL)
    assert "Your store is connected." in connect_by_hand(*service, clock, shop, key)
    return shop


def check(container):
    return reconcile_store(container, only_row(container, tables.Store).id)


def deliver_all(container, shop):
    run_queue(shop)
    while work_inbox(container):
        pass


def status(service, token):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{service[1]}/api/v1/status", headers=headers, timeout=60).status_code


def nothing_is_left(shop):
    return (shop.records.hooks, shop.records.keys, shop.records.token) == ([], [], None)


# Disconnecting


def test_a_merchant_who_disconnects_in_the_plugin_ends_all_of_it_at_once(container, service, connected):
    token = connected.records.token
    assert status(service, token) == 200
    companion.disconnect(connected)
    assert nothing_is_left(connected)
    assert only_row(container, tables.Store).disconnected_at == container.now()
    assert status(service, token) == 401
    work_stores(container)
    assert rows_of(container, tables.Connection) == []
    before = len(connected.received_requests)
    work_stores(container)
    assert len(connected.received_requests) == before  # the shop is not looked at any more


def test_a_store_that_left_while_a_check_was_under_way_is_tidied_up_all_the_same(
    container, service, connected
):
    companion.disconnect(connected)
    with container.database.writing() as session:
        session.scalars(
            select(tables.Connection)
        ).one().check_requested_at = None  # as a check does at its end
    work_stores(container)
    assert len(rows_of(container, tables.Connection)) == 1
    request_leaving(container)
    work_stores(container)
    assert rows_of(container, tables.Connection) == []


def test_a_connected_store_is_not_asked_to_leave(container, connected):
    request_leaving(container)
    assert only_row(container, tables.Connection).check_requested_at is None


def test_a_disconnection_that_the_service_did_not_hear_of_is_believed_at_its_next_look(
    container, service, connected
):
    connected.outgoing.reaches.clear()
    by_hand = connected.new_key(description="made by hand")  # which the plugin does not remove
    only_key = connected.records.keys[0]
    companion.disconnect(connected)
    connected.records.keys.append(only_key)  # the host kept it, as an older plugin does
    assert by_hand in connected.records.keys
    assert only_row(container, tables.Store).disconnected_at is None
    assert check(container).has_ended
    assert only_row(container, tables.Store).disconnected_at == container.now()
    assert connected.records.hooks == []


def test_a_store_that_connects_again_after_a_disconnection_goes_on(container, service, connected, clock):
    store_id = only_row(container, tables.Store).id
    companion.disconnect(connected)
    work_stores(container)
    connect_by_hand(*service, clock, connected, connected.new_key(description=LABEL))
    store = only_row(container, tables.Store)
    assert (store.id, store.disconnected_at) == (store_id, None)
    assert status(service, connected.records.token) == 200


def test_connecting_again_leaves_one_key_of_ours(container, service, connected, clock):
    for _ in range(3):
        connect_by_hand(*service, clock, connected, connected.new_key(description=LABEL))
    assert len(connected.records.keys) == 1
    assert check(container).trouble is None


# Deleting and losing


def test_a_plugin_that_is_deleted_ends_the_connection_and_nothing_is_left(container, service, connected):
    companion.uninstall(connected)
    assert nothing_is_left(connected)
    assert only_row(container, tables.Store).disconnected_at is not None


def test_a_plugin_whose_files_alone_are_deleted_ends_it_after_a_day(container, service, connected, clock):
    companion.delete_files(connected)
    connected.records.hooks.clear()
    assert check(container).trouble == "no_companion"
    assert connected.records.hooks == []  # nothing is made anew
    clock.move(hours=24)
    assert check(container).has_ended
    work_stores(container)
    assert (connected.records.hooks, rows_of(container, tables.Connection)) == ([], [])


def test_keys_that_nobody_removed_are_told_to_the_merchant_until_the_shop_connects_again(
    container, service, connected, clock
):
    """Our copy is deleted at once, and the merchant is told how to revoke the key that WooCommerce keeps."""
    companion.delete_files(connected)
    check(container)
    clock.move(hours=24)
    check(container)
    work_stores(container)
    (old_key,) = connected.records.keys
    assert keys_left_is_shown(container) == (True, True)
    connected.setup.companion = "1.1.0"
    connect_by_hand(*service, clock, connected, connected.new_key(description=LABEL))
    assert old_key not in connected.records.keys  # the plugin removes it with its new token
    assert keys_left_is_shown(container) == (False, False)


def test_a_merchant_whose_plugin_removed_the_keys_is_told_of_none(container, service, connected):
    companion.disconnect(connected)
    assert keys_left_is_shown(container) == (False, False)


def keys_left_is_shown(container):
    """Return whether a warning and whether a notice (which is also e-mailed) tell of keys that are left."""
    store = only_row(container, tables.Store)
    document = full_document(status_of(container, store.id))
    warnings, notices = document["warnings"], document["notices"]
    return "keys_left" in [item["id"] for item in warnings], "keys_left" in [item["kind"] for item in notices]


def test_webhooks_left_by_a_plugin_whose_files_were_deleted_go_with_the_connection(
    container, service, connected, clock
):
    companion.delete_files(connected)
    check(container)
    clock.move(hours=24)
    check(container)
    work_stores(container)
    assert connected.records.hooks == []


def test_a_plugin_that_is_back_within_the_day_goes_on(container, service, connected, clock):
    companion.delete_files(connected)
    check(container)
    clock.move(hours=23)
    connected.setup.companion = "1.1.0"
    assert check(container).trouble is None
    clock.move(hours=2)
    assert not check(container).has_ended


def test_a_token_that_the_plugin_lost_is_put_in_again(container, service, connected):
    old_token = connected.records.token
    companion.lose_token(connected)
    check(container)
    assert connected.records.token not in (None, old_token)
    assert (status(service, connected.records.token), status(service, old_token)) == (200, 401)
    (entry,) = [row for row in rows_of(container, tables.AuditEntry) if row.action == "store token missing"]
    assert entry.detail == {"put_in_again": True}


# Permalinks


@pytest.mark.parametrize(
    ("permalinks", "trouble"), [(Permalinks.PLAIN, "no_permalinks"), (Permalinks.NO_REWRITING, None)]
)
def test_permalinks_that_change_later_are_told_by_name_or_followed(
    container, service, connected, clock, permalinks, trouble
):
    connected.setup.permalinks = permalinks
    check(container)
    clock.move(minutes=1)
    assert check(container).trouble == trouble


# TikTok's own plugin


def test_an_account_is_linked_once_its_id_follows_its_token_and_never_before(
    container, service, connected, clock
):
    tiktok_plugin.write_token(connected)
    tiktok_plugin.write_advertiser_id(connected, OLD)
    deliver_all(container, connected)
    clock.move(hours=1)
    tiktok_plugin.deactivate(connected)
    deliver_all(container, connected)
    assert connected.records.options == {tiktok_plugin.ADVERTISER: OLD}  # the ids stay
    assert only_row(container, tables.Link).ended_at is not None

    clock.move(hours=1)
    tiktok_plugin.activate(connected, INTEGRATION)
    tiktok_plugin.write_token(connected)  # the new token beside the old id
    check(container)
    deliver_all(container, connected)
    assert only_row(container, tables.Link).ended_at is not None  # the old account is not linked anew
    tiktok_plugin.write_advertiser_id(connected, NEW)
    deliver_all(container, connected)
    open_accounts = [link.advertiser_id for link in rows_of(container, tables.Link) if link.ended_at is None]
    assert open_accounts == [NEW]
