"""A connected store is looked at: webhooks repaired, facts read, the plugin's state caught up with."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from receiver.domain.connection_attempts import ConnectionOutcome
from receiver.domain.shop_facts import ShopFacts
from receiver.errors import NotFound, Refused
from receiver.services.connections.errands import run_errand
from receiver.services.connections.reconcile import due_stores, reconcile_quietly, reconcile_store
from receiver.services.decisions.status import status_for_token
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.rotate_token import rotate_token
from receiver.storage import connections, tables
from receiver.worker.loop import work_inbox
from tests.conftest import on_both_databases
from tests.db_factories import rows_of
from tests.fake_stores import FACTS, URL, FakeShop
from tests.services.connections.conftest import PUBLIC_URL
from wp_bridge.errors import StoreTrouble

SIGNAL, SAVED = "action.wc_ad_credit_signal", "action.woocommerce_settings_saved"
STATE = {
    "v": 1,
    "install_id": "3f0d5a52-8f0e-4c0b-9b5e-6f0a2f1d7c11",
    "seq": 7,
    "at": "2025-11-20T11:59:00Z",
    "home_url": URL,
    "event": "state",
    "integration": {"installed": True, "set_up": True},
    "account": {"advertiser_id": "70001", "exact": True},
}


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def store_id(visit):
    return visit.connect().store_id


@pytest.fixture
def check(container, shops, store_id):
    return lambda: reconcile_store(replace(container, shops=shops), store_id)


def hook(container, topic):
    return next(row for row in rows_of(container, tables.WebhookEndpoint) if row.topic == topic)


def connection(container):
    (row,) = rows_of(container, tables.Connection)
    return row


def audit_details(container, action):
    return [row.detail for row in rows_of(container, tables.AuditEntry) if row.action == action]


# Webhooks


def test_each_topic_has_an_address_and_a_secret_of_its_own(container, fake, store_id):
    urls = {item.url for item in fake.hooks}
    assert urls == {
        f"{PUBLIC_URL}/webhooks/woocommerce/{store_id}/{hook(container, t).id}" for t in (SIGNAL, SAVED)
    }
    assert len(set(fake.secrets.values())) == 2
    assert all(secret.isalnum() and len(secret) == 43 for secret in fake.secrets.values())


def test_looking_again_changes_nothing_where_nothing_is_wrong(container, fake, check):
    before = list(fake.hooks)
    result = check()
    assert (result.repaired, result.changed, result.trouble) == ([], {}, None)
    assert fake.hooks == before
    assert audit_details(container, "store webhook") == []


def test_a_disabled_webhook_is_deleted_and_made_anew_with_the_same_address_and_secret(container, fake, check):
    old = next(item for item in fake.hooks if item.topic == SIGNAL)
    fake.change_webhook(SIGNAL, status="disabled")
    result = check()
    new = next(item for item in fake.hooks if item.topic == SIGNAL)
    assert (new.status, new.url, fake.secrets[new.id]) == ("active", old.url, fake.secrets[old.id])
    assert new.id != old.id
    assert result.repaired == [{"topic": SIGNAL, "trouble": "disabled", "made_anew": True}]
    assert audit_details(container, "store webhook") == result.repaired
    assert (hook(container, SIGNAL).webhook_id, hook(container, SIGNAL).trouble) == (new.id, None)


@on_both_databases
def test_a_deleted_webhook_is_made_anew(fake, check):
    fake.hooks = [item for item in fake.hooks if item.topic != SAVED]
    assert check().repaired == [{"topic": SAVED, "trouble": "missing", "made_anew": True}]
    assert {item.topic for item in fake.hooks} == {SIGNAL, SAVED}


@on_both_databases
def test_a_paused_webhook_is_left_and_told_of_once(container, fake, check):
    fake.change_webhook(SIGNAL, status="paused")
    assert check().repaired == [{"topic": SIGNAL, "trouble": "paused", "made_anew": False}]
    assert check().repaired == []
    assert hook(container, SIGNAL).trouble == "paused"
    fake.change_webhook(SIGNAL, status="active")
    check()
    assert hook(container, SIGNAL).trouble is None


def test_a_webhook_led_elsewhere_is_left_and_ours_is_made_anew(fake, check):
    fake.change_webhook(SIGNAL, url="https://elsewhere.example/")
    assert check().repaired == [{"topic": SIGNAL, "trouble": "moved", "made_anew": True}]
    assert len(fake.hooks) == 3


@on_both_databases
def test_a_topic_the_store_keeps_as_empty_is_told_as_one_that_never_fires(container, fake, check):
    fake.hooks, fake.writes_empty = [], True
    check()
    assert hook(container, SIGNAL).trouble == "mute"
    fake.writes_empty = False
    check()
    assert hook(container, SIGNAL).trouble is None
    assert {item.topic for item in fake.hooks} == {SIGNAL, SAVED}


# Facts


@on_both_databases
def test_what_a_store_says_of_itself_is_kept_and_its_changes_are_told(container, fake, check):
    facts = connection(container).facts
    assert (facts["country"], facts["hpos"]) == ("US", True)
    assert facts["integration"] == ["tiktok-for-business/tiktok-for-woocommerce.php 1.2.6"]
    assert "plugins" not in facts
    fake.shop_facts = replace(FACTS, country="DE", currency="EUR", wc_version="10.5.0")
    assert check().changed == {
        "country": ["US", "DE"],
        "currency": ["USD", "EUR"],
        "wc_version": ["10.0.2", "10.5.0"],
    }
    (store,) = rows_of(container, tables.Store)
    assert (store.country, store.currency) == ("DE", "EUR")
    assert store.decided_at is not None
    assert audit_details(container, "store facts")[-1] == {
        "changed": {"country": ["US", "DE"], "currency": ["USD", "EUR"], "wc_version": ["10.0.2", "10.5.0"]}
    }


def test_what_was_not_said_this_time_stays_as_it_was(container, fake, check):
    fake.shop_facts = ShopFacts(wc_version="10.5.0")
    assert check().changed == {"wc_version": ["10.0.2", "10.5.0"]}
    assert (connection(container).facts["country"], rows_of(container, tables.Store)[0].country) == (
        "US",
        "US",
    )


@on_both_databases
def test_the_uk_is_gb(container, fake, check):
    fake.shop_facts = replace(FACTS, country="UK")
    check()
    assert rows_of(container, tables.Store)[0].country == "GB"


# The plugin


@on_both_databases
def test_a_link_that_was_missed_is_caught_up_by_the_same_code(container, fake, check):
    fake.plugin = STATE
    assert check().caught_up
    while work_inbox(container):
        pass
    (link,) = rows_of(container, tables.Link)
    assert (link.advertiser_id, link.exact) == ("70001", True)
    assert rows_of(container, tables.Store)[0].set_up_at is not None


def test_the_same_state_again_is_no_news(container, fake, check):
    fake.plugin = STATE
    check()
    assert not check().caught_up
    assert len([row for row in rows_of(container, tables.Delivery) if b'"seq": 7' in (row.body or b"")]) == 1


@on_both_databases
def test_a_token_that_did_not_reach_the_plugin_is_given_anew(visit, container, fake, shops):
    fake.troubles["put_token"] = StoreTrouble.NO_COMPANION
    store_id = visit.connect().store_id
    assert connection(container).token_at is None
    fake.troubles.clear()
    for _ in range(2):
        reconcile_store(replace(container, shops=shops), store_id)
    assert len(fake.tokens) == 1
    assert connection(container).token_at is not None


def test_a_store_without_https_is_given_no_token_and_keeps_the_one_staff_pasted(visit, container, shops):
    url = "http://shop.example/"
    shops.by_url[url] = fake = FakeShop(shop_facts=replace(FACTS, home_url=url), plugin=STATE)
    store_id = visit.connect_by_hand(url).store_id
    token = rotate_token(container, store_id, actor="staff")
    result = reconcile_store(replace(container, shops=shops), store_id)
    assert (result.trouble, fake.tokens) == (None, [])
    assert "state" in fake.calls
    assert status_for_token(container, token).store_name == "Example shop"


def test_a_store_without_our_plugin_is_checked_all_the_same(container, fake, check):
    fake.troubles["state"] = StoreTrouble.NO_COMPANION
    assert check().trouble is StoreTrouble.NO_COMPANION
    assert (connection(container).failures, connection(container).checked_at) == (0, container.now())


# Troubles


@on_both_databases
def test_a_store_that_fails_is_left_longer_and_longer_and_what_was_known_stays(container, fake, check):
    fake.troubles["facts"] = StoreTrouble.UNREACHABLE
    waits = []
    for _ in range(3):
        check()
        waits.append(connection(container).next_check_at - container.now())
    assert waits[0] < waits[1] < waits[2] < timedelta(hours=2)
    assert (connection(container).trouble, connection(container).facts["country"]) == ("unreachable", "US")
    fake.troubles.clear()
    check()
    assert (connection(container).failures, connection(container).trouble) == (0, None)


def test_a_busy_store_is_left_alone_for_as_long_as_it_asks(container, fake, check):
    fake.troubles["facts"], fake.retry_after = StoreTrouble.BUSY, 7200
    check()
    assert connection(container).next_check_at == container.now() + timedelta(hours=2)
    fake.retry_after = 1
    check()
    assert connection(container).next_check_at > container.now() + timedelta(minutes=15)


def test_revoked_keys_are_tried_once_a_day(container, fake, check):
    fake.troubles["facts"] = StoreTrouble.KEYS_REFUSED
    check()
    assert connection(container).next_check_at == container.now() + timedelta(hours=24)


def test_what_was_done_before_a_trouble_is_kept(container, fake, check):
    fake.change_webhook(SIGNAL, status="disabled")
    fake.troubles["state"] = StoreTrouble.BUSY
    result = check()
    assert result.trouble is StoreTrouble.BUSY
    assert hook(container, SIGNAL).webhook_id == next(item.id for item in fake.hooks if item.topic == SIGNAL)


def test_a_store_is_checked_by_one_at_a_time(container, fake, check, store_id):
    with container.database.writing() as session:
        assert connections.claim_connection(session, store_id, container.now(), timedelta(minutes=10))
    with pytest.raises(Refused, match="at this moment"):
        check()
    container.now.move(minutes=10)
    assert check().trouble is None


def test_a_store_nobody_connected_has_nothing_to_be_checked_by(container, shops):
    with pytest.raises(NotFound):
        reconcile_store(replace(container, shops=shops), "st_none")


# When


def check_due(container, shops):
    """Check the stores that are due; return their ids."""
    stores = due_stores(container, 10)
    for store_id in stores:
        reconcile_quietly(replace(container, shops=shops), store_id)
    return stores


def test_a_store_is_looked_at_about_every_four_hours(container, shops, store_id):
    assert check_due(container, shops) == []
    container.now.move(hours=3, minutes=29)
    assert check_due(container, shops) == []
    container.now.move(hours=1, minutes=2)
    assert check_due(container, shops) == [store_id]
    assert check_due(container, shops) == []


def test_a_store_that_disconnected_is_left_alone(container, shops, store_id):
    disconnect_store(container, store_id, reason="asked", actor="ann")
    container.now.move(hours=5)
    assert check_due(container, shops) == []


# What ends a connection, and what stands at the store then


def test_a_store_whose_plugin_is_gone_gets_no_webhooks_made_anew(container, fake, check):
    fake.hooks, fake.troubles["state"] = [], StoreTrouble.NO_COMPANION
    assert check().repaired == []
    assert fake.hooks == []


def test_a_plugin_missing_at_checks_a_day_apart_ends_the_connection_and_leaves_nothing(
    container, shops, fake, check, store_id
):
    fake.troubles["state"] = StoreTrouble.NO_COMPANION
    assert not check().has_ended
    container.now.move(hours=23)
    assert not check().has_ended
    container.now.move(hours=1)
    assert check().has_ended
    (store,) = rows_of(container, tables.Store)
    assert (store.disconnected_at, store.status_token_hash) == (container.now(), None)
    run_errand(replace(container, shops=shops), store_id)
    assert (fake.hooks, rows_of(container, tables.Connection)) == ([], [])
    assert audit_details(container, "stores disconnect") == [
        {"reason": "our plugin was not on the store at checks a day apart"}
    ]


@on_both_databases
@pytest.mark.parametrize("meanwhile", [None, StoreTrouble.UNREACHABLE])
def test_a_plugin_that_was_back_or_not_asked_for_meanwhile_ends_nothing(container, fake, check, meanwhile):
    fake.troubles["state"] = StoreTrouble.NO_COMPANION
    check()
    container.now.move(hours=25)
    fake.troubles = {"facts": meanwhile} if meanwhile else {}
    assert not check().has_ended
    fake.troubles = {"state": StoreTrouble.NO_COMPANION}
    if meanwhile is None:  # seen again: a day begins anew
        assert not check().has_ended
    else:
        assert check().has_ended


def test_a_plugin_that_is_too_old_for_a_token_is_not_gone(container, fake, check):
    with container.database.writing() as session:
        session.scalars(select(tables.Connection)).one().token_at = None
    fake.troubles["put_token"] = StoreTrouble.NO_COMPANION
    check()
    container.now.move(hours=25)
    assert not check().has_ended


def test_a_merchant_who_disconnected_in_the_plugin_is_believed_at_the_next_check(container, fake, check):
    fake.hooks, fake.troubles["state"] = [], StoreTrouble.DISCONNECTED
    assert check().has_ended
    assert fake.hooks == []
    (store,) = rows_of(container, tables.Store)
    assert store.disconnected_at == container.now()
    (entry,) = [row for row in rows_of(container, tables.AuditEntry) if row.action == "stores disconnect"]
    assert (entry.actor, entry.detail) == (
        "merchant",
        {"reason": "the merchant disconnected in the plugin"},
    )


@on_both_databases
def test_keys_of_before_a_disconnection_connect_nothing(visit, container, fake):
    fake.troubles["state"] = StoreTrouble.DISCONNECTED
    status = visit.connect_by_hand()
    assert (status.outcome, status.trouble) == (ConnectionOutcome.REFUSED, StoreTrouble.DISCONNECTED)
    assert (fake.hooks, fake.tokens) == ([], [])


# The token


def test_a_token_that_the_plugin_misses_is_put_in_again_and_told(container, fake, check):
    fake.plugin = {**STATE, "has_token": False}
    check()
    assert len(fake.tokens) == 2
    assert status_for_token(container, fake.tokens[1]).store_name == "Example shop"
    assert audit_details(container, "store token missing") == [{"put_in_again": True}]
    fake.plugin = {**STATE, "has_token": True}
    check()
    assert len(fake.tokens) == 2


@pytest.mark.parametrize("answer", [None, "no", 0, True])
def test_a_token_is_missing_only_where_the_plugin_says_so(fake, check, answer):
    fake.plugin = {**STATE, "has_token": answer}
    check()
    assert len(fake.tokens) == 1


def test_a_token_that_cannot_be_put_in_again_is_tried_at_each_check(container, fake, check):
    fake.plugin, fake.troubles = {**STATE, "has_token": False}, {"put_token": StoreTrouble.BUSY}
    check()
    assert connection(container).token_at is None
    fake.troubles.clear()
    check()
    assert (len(fake.tokens), connection(container).token_at) == (2, container.now())


# Where the REST API begins


def test_a_store_that_stopped_answering_as_one_is_told_by_what_it_is(container, shops, fake, check):
    fake.troubles["facts"], shops.probe_trouble = StoreTrouble.UNREACHABLE, StoreTrouble.NO_PERMALINKS
    assert check().trouble is StoreTrouble.NO_PERMALINKS


@on_both_databases
def test_a_rest_api_that_begins_elsewhere_now_is_asked_there_next(container, shops, fake, check):
    fake.troubles["facts"] = StoreTrouble.UNREACHABLE
    shops.bases[URL] = f"{URL}index.php/"
    shops.by_url[f"{URL}index.php/"] = FakeShop()
    check()
    assert connection(container).next_check_at == container.now() + timedelta(seconds=30)
    assert check().trouble is None


HTTP, HTTPS = "http://shop.example/", "https://shop.example/"


@on_both_databases
@pytest.mark.parametrize(("before", "after", "moves"), [(HTTP, HTTPS, True), (HTTPS, HTTP, False)])
def test_a_store_follows_to_https_and_never_back(visit, container, shops, before, after, moves):
    shops.by_url = {
        url: FakeShop(shop_facts=replace(FACTS, home_url=url), plugin=STATE) for url in (before, after)
    }
    store_id = visit.connect_by_hand(before).store_id
    shops.redirects[before] = after
    old = shops.by_url[before]
    old.troubles["facts"], old.redirected = StoreTrouble.UNREACHABLE, True
    reconcile_store(replace(container, shops=shops), store_id)
    expected = after if moves else before
    assert (rows_of(container, tables.Store)[0].url, connection(container).rest_base) == (expected, expected)


def test_a_store_that_has_left_is_not_looked_at_and_gets_no_token(container, fake, check, store_id):
    fake.plugin = {**STATE, "has_token": False}
    disconnection = {"reason": "asked", "actor": "ann"}
    fake.during = lambda: fake.calls[-1] == "state" and disconnect_store(container, store_id, **disconnection)
    for _ in range(2):  # while it is looked at, and afterwards
        with pytest.raises(Refused, match="is disconnected"):
            check()
        fake.during = lambda: None
    (store,) = rows_of(container, tables.Store)
    assert (len(fake.tokens), store.status_token_hash) == (1, None)
