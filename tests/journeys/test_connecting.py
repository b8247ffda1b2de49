"""A merchant connects a shop over real HTTP, and the service keeps the connection alive."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select

from receiver.documents.status import full_document
from receiver.domain.troubles import ADVICE
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.shop import Permalinks
from receiver.services.connections.disconnect import erase_store, leave_store
from receiver.services.connections.reconcile import reconcile_store
from receiver.services.connections.rotate import rotate_webhook_secrets
from receiver.services.decisions.status import status_of
from receiver.storage import tables
from receiver.worker.loop import work_inbox
from receiver.worker.store_work import work_stores
from tests.db_factories import only_row
from tests.journeys.connecting import Visitor, allow_over_http
from tests.shops import MerchantBrowser

SIGNAL = "action.wc_ad_credit_signal"
PAGE = re.compile("/connect/store/[0-9a-f]{64}")  # of one attempt
LINKED = {"advertiser_id": "7400000000000000101", "business_center": None, "external_business_id": None}


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: services/connections is tested on both databases."""
    return "sqlite"


@pytest.fixture
def visitor(service):
    return Visitor(service[1])


@pytest.fixture
def connect(service, visitor, shop, clock):
    """A function that connects the shop as its merchant does, and returns the last page."""

    def connected() -> requests.Response:
        start = visitor.at("/connect", params={"shop": shop.url})
        assert "Continue to your store" in start.text
        redirect = visitor.at(_link(start.text, "/connect/go"))
        page = redirect.headers["Location"]
        assert (redirect.status_code, PAGE.fullmatch(page) is not None) == (303, True)
        away = allow_over_http(visitor).at(page)
        assert away.headers["Refresh"] == "2"
        work_stores(service[0])
        away = visitor.at(page)
        assert away.status_code == 303
        approved = MerchantBrowser(shop).approve(away.headers["Location"])
        back = urlsplit(approved.headers["Location"])
        assert (approved.status_code, back.netloc) == (302, "credit.example")
        returned = allow_over_http(visitor).at(f"{back.path}?{back.query}")
        assert (returned.status_code, returned.headers["Location"]) == (303, page)
        assert visitor.at(page).headers["Refresh"] == "2"
        clock.move(seconds=5)
        work_stores(service[0])
        return visitor.at(page)

    return connected


def go(container, visitor, shop):
    """Begin to connect, let the worker probe the shop, and return the answer that the browser gets next."""
    visitor.at("/connect/go", params={"shop": shop.url})
    work_stores(container)
    return allow_over_http(visitor).at("/connect/store")


def _link(page: str, start: str) -> str:
    match = re.search(f'href="({re.escape(start)}[^"]*)"', page)
    assert match, page
    return match[1].replace("&amp;", "&")


def warning_ids(container):
    store = only_row(container, tables.Store)
    document = full_document(status_of(container, store.id))
    return [item["id"] for item in document["warnings"] if item["id"] not in ADVICE]


def check(container, shop):
    store = only_row(container, tables.Store)
    return reconcile_store(container, store.id)


def work(container):
    while work_inbox(container):
        pass


def hook_of(shop, topic=SIGNAL):
    return next(hook for hook in shop.records.hooks if hook.topic == topic)


def test_from_the_first_click_to_a_link_that_was_missed_and_caught_up(service, connect, shop, clock):
    container, _ = service
    shop.setup.name = "Tea & Cake"
    page = connect()
    assert "Your store is connected." in page.text
    store = only_row(container, tables.Store)
    assert (store.url, store.name, store.country) == (f"{shop.url}/", "Tea & Cake", "US")
    assert shop.records.token is not None
    assert [(hook.topic, hook.pending) for hook in shop.records.hooks] == [
        (SIGNAL, False),
        ("action.woocommerce_settings_saved", False),
    ]

    # Signals arrive through the store's own webhook.
    shop.signal("integration_installed")
    shop.signal("integration_set_up")
    run_queue(shop)
    work(container)
    assert only_row(container, tables.Store).set_up_at is not None

    # Seven failures in a row, and the store switches the webhook off; nobody is told.
    reached = shop.outgoing.reaches.pop("https://credit.example")
    for _ in range(7):
        shop.signal("integration_set_up")
        run_queue(shop)
    assert hook_of(shop).status == "disabled"
    shop.setup.state = {
        "integration": {"installed": True, "set_up": True},
        "account": {**LINKED, "exact": True},
    }
    shop.signal("account_linked", **LINKED, exact=True)
    run_queue(shop)
    shop.outgoing.reaches["https://credit.example"] = reached

    # The next check finds it: the webhook is made anew, and what was missed is read.
    old = hook_of(shop).id
    clock.move(hours=5)
    report = check(container, shop)
    assert report.repaired == [{"topic": SIGNAL, "trouble": "disabled", "made_anew": True}]
    work(container)
    assert (hook_of(shop).status, hook_of(shop).failures, hook_of(shop).id > old) == ("active", 0, True)
    assert only_row(container, tables.Link).advertiser_id == LINKED["advertiser_id"]
    shop.signal("link_lost")
    run_queue(shop)
    work(container)
    assert only_row(container, tables.Link).ended_at is not None


def test_after_connecting_the_merchant_goes_on_to_tiktoks_consent(connect, visitor):
    page = connect()
    on = visitor.at(_link(page.text, "/connect/store/"))
    assert on.headers["Location"].startswith("/connect/tiktok?ticket=")
    assert "Referrer-Policy" in on.headers
    entered = visitor.at(on.headers["Location"])
    assert entered.status_code == 303


def test_no_page_or_log_shows_a_key_or_a_token(connect, shop, capfd):
    page = connect()
    secrets = [shop.records.keys[0].consumer_secret, shop.records.keys[0].consumer_key, shop.records.token]
    output = page.text + "".join(capfd.readouterr())
    assert not any(secret in output for secret in secrets)


def test_a_victims_admin_who_approves_an_attackers_address_connects_nothing(service, visitor, shop, clock):
    container, base = service
    away = go(container, visitor, shop).headers["Location"]
    approved = MerchantBrowser(shop).approve(away)
    back = urlsplit(approved.headers["Location"])
    victims = Visitor(base).at(f"{back.path}?{back.query}")
    assert victims.status_code == 400
    assert "in another browser" in victims.text
    clock.move(minutes=1)
    mine = allow_over_http(visitor).at(f"{back.path}?{back.query}")
    assert "in another browser" in visitor.at("/connect/store").text
    assert mine.status_code == 303
    with container.database.reading() as session:
        assert session.scalars(select(tables.Store)).all() == []


def test_a_merchant_who_denies_is_told_that_nothing_was_connected(service, visitor, shop):
    away = go(service[0], visitor, shop).headers["Location"]
    back = urlsplit(MerchantBrowser(shop).deny(away))
    allow_over_http(visitor).at(f"{back.path}?{back.query}")
    assert "You chose not to connect. Nothing was changed." in visitor.at("/connect/store").text


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (ShopFault.FIREWALL, "not with WordPress"),
        (ShopFault.MAINTENANCE, "busy or under maintenance"),
        (ShopFault.RESET, "We cannot reach a WooCommerce store"),
        (ShopFault.REDIRECT, "We cannot reach a WooCommerce store"),
    ],
)
def test_a_shop_that_cannot_be_connected_is_told_in_one_sentence(service, visitor, shop, fault, sentence):
    shop.faults.on(fault)
    page = go(service[0], visitor, shop)
    shop.faults.off(fault)
    assert sentence in page.text
    assert f'<input name="shop" value="{shop.url}/"' in page.text  # to be put right


def test_plain_permalinks_are_told_as_what_they_are(service, visitor, shop):
    shop.setup.permalinks = Permalinks.PLAIN
    assert "plain permalinks" in go(service[0], visitor, shop).text


def test_a_shop_without_https_takes_keys_by_hand_and_calls_are_signed(service, visitor, shop, clock):
    container, _ = service
    key = shop.new_key()
    wrong = {"shop": shop.url, "consumer_key": "ck_1", "consumer_secret": key.consumer_secret}
    refused = visitor.post(f"{visitor.base}/connect/by-hand", data=wrong, timeout=60)
    assert (refused.status_code, "These are not the keys" in refused.text) == (400, True)
    keys = {**wrong, "consumer_key": key.consumer_key}
    visitor.post(f"{visitor.base}/connect/by-hand", data=keys, timeout=60, allow_redirects=False)
    work_stores(container)
    clock.move(seconds=5)
    work_stores(container)
    assert "Your store is connected." in allow_over_http(visitor).at("/connect/store").text
    assert only_row(container, tables.Store).url == f"{shop.url}/"


def test_whoever_knocks_at_many_doors_is_held_back(visitor, shops):
    codes = [visitor.at("/connect/go", params={"shop": f"127.0.0.1:{n}"}).status_code for n in range(1, 13)]
    assert codes == [303] * 10 + [429] * 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"user_id": 7}', b"x" * 20_000])
def test_a_post_of_keys_that_is_none_is_refused_without_a_redirect(visitor, body):
    answer = visitor.post(f"{visitor.base}/connect/keys", data=body, timeout=60, allow_redirects=False)
    assert answer.status_code in (400, 413)


def test_no_page_is_framed_cached_or_sent_as_a_referrer(visitor, shop):
    for path in (
        "/connect",
        f"/connect?shop={shop.url}",
        "/connect/store",
        "/connect/back?user_id=x&success=1",
    ):
        headers = visitor.at(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")


# Afterwards


def test_a_secret_is_rotated_and_what_either_signs_is_taken(service, connect, shop, clock):
    container, _ = service
    connect()
    store = only_row(container, tables.Store)
    before = hook_of(shop).secret
    rotation = {"overlap_hours": 24, "actor": "ann"}
    topics = rotate_webhook_secrets(container.at(clock()), store.id, **rotation)
    assert topics == [SIGNAL, "action.woocommerce_settings_saved"]
    after = hook_of(shop).secret
    assert after != before
    for secret in (before, after):
        hook_of(shop).secret = secret
        shop.signal("integration_installed")
        run_queue(shop)
        assert hook_of(shop).failures == 0
    clock.move(hours=25)
    hook_of(shop).secret = before
    shop.signal("integration_installed")
    run_queue(shop)
    assert hook_of(shop).failures == 1
    check(container, shop)
    assert hook_of(shop).secret == before  # a check reads no secrets: no store shows one


def test_a_secret_the_store_did_not_take_leaves_the_old_one_good(service, connect, shop, clock):
    container, _ = service
    connect()
    store = only_row(container, tables.Store)
    shop.faults.on(ShopFault.MAINTENANCE)
    with pytest.raises(Exception, match="busy"):
        rotate_webhook_secrets(container.at(clock()), store.id, overlap_hours=0, actor="ann")
    shop.faults.off(ShopFault.MAINTENANCE)
    shop.signal("integration_installed")
    run_queue(shop)
    assert hook_of(shop).failures == 0


def test_a_paused_webhook_is_told_to_the_merchant_until_it_is_active_again(service, connect, shop):
    container, _ = service
    connect()
    hook_of(shop).status = "paused"
    check(container, shop)
    assert "webhook_paused" in warning_ids(container)
    hook_of(shop).status = "active"
    check(container, shop)
    assert warning_ids(container) == []


def test_revoked_keys_are_told_at_once_and_a_store_that_does_not_answer_after_a_day(
    service, connect, shop, clock
):
    container, _ = service
    connect()
    shop.faults.on(ShopFault.MAINTENANCE)
    check(container, shop)
    assert warning_ids(container) == []
    clock.move(hours=25)
    assert warning_ids(container) == ["store_busy"]
    shop.faults.off(ShopFault.MAINTENANCE)
    shop.revoke(shop.records.keys[0])
    check(container, shop)
    assert warning_ids(container) == ["store_keys_refused"]


def test_a_saved_setting_has_the_store_looked_at_soon(service, connect, shop, clock):
    container, _ = service
    connect()
    shop.do_action("woocommerce_settings_saved")
    run_queue(shop)
    work(container)
    assert (only_row(container, tables.Connection).next_check_at - clock()).total_seconds() == 30


def test_a_store_that_leaves_keeps_its_decisions_and_none_of_our_webhooks(service, connect, shop, clock):
    container, base = service
    connect()
    store = only_row(container, tables.Store)
    request = {"reason": "asked", "actor": "ann"}
    departure = leave_store(container.at(clock()), store.id, **request)
    assert (departure.webhooks_left, shop.records.hooks) == (False, [])
    assert leave_store(container.at(clock()), store.id, **request).webhooks_left is False
    with container.database.reading() as session:
        assert session.scalars(select(tables.Connection)).all() == []
    status = requests.get(
        f"{base}/api/v1/status", headers={"Authorization": f"Bearer {shop.records.token}"}, timeout=10
    )
    assert status.status_code == 401


def test_the_page_of_a_store_that_left_says_which_key_is_left_there(service, connect, visitor, shop, clock):
    container, _ = service
    connect()
    leave_store(container.at(clock()), only_row(container, tables.Store).id, reason="asked", actor="ann")
    page = visitor.at("/connect/store")
    assert "The connection of this store has ended." in page.text
    assert "Settings, Advanced, REST API" in page.text
    assert len(shop.records.keys) == 1  # which WooCommerce lets nobody but its merchant remove


def test_erasing_leaves_ids_and_nothing_that_names_anybody(service, connect, shop, clock):
    container, _ = service
    shop.setup.name = "Anna's teas"
    connect()
    shop.signal("integration_installed")
    run_queue(shop)
    work(container)
    store = only_row(container, tables.Store)
    request = {"reason": "asked", "actor": "staff"}
    with pytest.raises(Exception, match="disconnect it first"):
        erase_store(container.at(clock()), store.id, **request)
    leave_store(container.at(clock()), store.id, **request)
    erase_store(container.at(clock()), store.id, **request)
    assert erase_store(container.at(clock()), store.id, **request) == {}
    rows = []
    with container.database.reading() as session:
        for table in tables.Base.metadata.sorted_tables:
            rows += [str(row) for row in session.execute(select(table))]
    everything = "\n".join(rows)
    assert store.id in everything
    for personal in ("Anna", urlsplit(shop.url).path, "ck_", "cs_"):
        assert personal not in everything
