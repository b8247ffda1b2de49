"""A store's identity against shops that claim to be another one, over HTTP."""

from __future__ import annotations

import pytest
import requests

from receiver.documents.status import full_document
from receiver.domain.troubles import ADVICE
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.shop import Setup
from receiver.services.connections.reconcile import reconcile_store
from receiver.services.decisions.status import status_of
from receiver.services.deliveries.replay import replay_next
from receiver.storage import tables
from receiver.worker.loop import work_inbox
from receiver.worker.store_work import work_stores
from tests.conftest import on_both_databases
from tests.db_factories import only_row, rows_of
from tests.journeys.connecting import connect_by_hand
from tests.staff import Console, preview_token, staff_token

HELD = "Our team has to look at it first"
UNPROVEN = "Your store names another address as its own"
CONNECTED = "Your store is connected."


@pytest.fixture
def database_kind() -> str:
    """SQLite alone, but for a claim that the database counts up."""
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
def connect(service, clock):
    return lambda shop, key=None: connect_by_hand(*service, clock, shop, key or shop.new_key())


@pytest.fixture
def victim(connect, shop):
    """A shop whose store is connected."""
    assert CONNECTED in connect(shop)
    return shop


def identity(container):
    """Return what identifies the stores (id, address, UUID, token), and the keys of their connections."""
    stores = [
        (row.id, row.url, row.shop_uuid, row.status_token_hash) for row in rows_of(container, tables.Store)
    ]
    keys = [
        (row.store_id, row.rest_base, row.keys_encrypted) for row in rows_of(container, tables.Connection)
    ]
    return sorted(stores), sorted(keys)


def check(container, store_id=None):
    store_id = store_id or only_row(container, tables.Store).id
    return reconcile_store(container, store_id)


def work(container):
    while work_inbox(container):
        pass


def todo_ids(container, service):
    answer = requests.get(
        f"{service[1]}/api/v1/admin/today", headers=staff_token(container, "viewer"), timeout=20
    )
    return {item["id"] for item in answer.json()["matters"]}


def warnings_for_merchant(container, contact=None):
    store = only_row(container, tables.Store)
    status = status_of(container, store.id)
    return [item for item in full_document(status, contact=contact)["warnings"] if item["id"] not in ADVICE]


def same_shop_at(shops, name, shop):
    """Open the same installation under another address: with its UUID, and the keys that it has by now."""
    other = shops.open(name, Setup(store_id=shop.setup.store_id, name=shop.setup.name))
    other.records.keys.extend(shop.records.keys)
    return other


# Copies


@pytest.mark.parametrize(
    "reported",
    [
        pytest.param({"uuid", "home"}, id="uuid and home"),
        pytest.param({"uuid"}, id="uuid"),
        pytest.param({"home"}, id="home"),
    ],
)
def test_a_shop_that_reports_another_stores_identity_is_held_and_gets_nothing(
    container, service, connect, shops, victim, reported
):
    before = identity(container)
    attacker = shops.open("attacker")
    if "uuid" in reported:
        attacker.setup.store_id = victim.setup.store_id
    if "home" in reported:
        attacker.setup.home = victim.url
    assert HELD in connect(attacker)
    assert identity(container) == before
    assert (attacker.records.token, attacker.records.hooks) == (None, [])
    assert all(row.keys_encrypted is None for row in rows_of(container, tables.ConnectionAttempt))

    claim, store = only_row(container, tables.AddressClaim), only_row(container, tables.Store)
    assert (claim.store_id, claim.address, claim.signed_at) == (store.id, f"{attacker.url}/", None)
    assert "stores_claimed" in todo_ids(container, service)
    console = Console(container, "viewer")
    for page in ("/admin/claims", f"/admin/stores/{store.id}"):
        assert f"{attacker.url}/" in console.get(page).text
    assert "/admin/claims" in console.get("/admin/").text


@on_both_databases
def test_a_claim_that_is_made_again_is_one_row_and_of_many_the_oldest_and_newest_stay(
    container, connect, shops, victim
):
    for n in [0, 0, *range(1, 25)]:
        copy = shops.get(f"copy-{n}") or shops.open(f"copy-{n}", Setup(store_id=victim.setup.store_id))
        assert HELD in connect(copy)
    endings = sorted(row.address.rsplit("-", 1)[1] for row in rows_of(container, tables.AddressClaim))
    assert endings == sorted(f"{n}/" for n in (*range(10), *range(15, 25)))


def test_a_known_store_that_reports_anothers_uuid_later_takes_nothing(
    container, service, connect, shops, victim
):
    other = shops.open("other")
    assert CONNECTED in connect(other)
    before = identity(container)
    store_id = next(row.id for row in rows_of(container, tables.Store) if row.url == f"{other.url}/")
    other.setup.store_id = victim.setup.store_id
    assert check(container, store_id).trouble is None
    other.setup.home = victim.url
    check(container, store_id)
    assert identity(container) == before
    claim = only_row(container, tables.AddressClaim)
    assert (claim.store_id != store_id, claim.address) == (True, f"{other.url}/")
    assert HELD in connect(other)  # nor when it connects again
    assert identity(container) == before
    assert "stores_claimed" in todo_ids(container, service)


def test_a_claim_ends_when_the_shop_reports_the_truth_again(container, connect, shops, victim):
    own = victim.setup.store_id
    victim.setup.store_id = "11111111-4c2c-4a57-9c55-9a4a3b1f2c3d"
    check(container)
    assert only_row(container, tables.AddressClaim).why == "replaced"
    assert only_row(container, tables.Store).shop_uuid == own
    victim.setup.store_id = own
    check(container)
    assert rows_of(container, tables.AddressClaim) == []


def test_a_store_that_left_is_still_known_by_its_uuid(container, connect, shops, victim):
    console, store = Console(container), only_row(container, tables.Store)
    console.post(f"/admin/stores/{store.id}/disconnect", reason="asked")
    work_stores(container)
    assert rows_of(container, tables.Connection) == []
    copy = shops.open("copy", Setup(store_id=victim.setup.store_id))
    assert HELD in connect(copy)
    assert len(rows_of(container, tables.Store)) == 1


# Another address of the same shop


def test_a_home_where_the_same_keys_open_the_same_shop_is_the_stores_address(container, connect, shops, shop):
    key = shop.new_key()
    alias = same_shop_at(shops, "alias", shop)
    alias.setup.home = shop.url
    assert CONNECTED in connect(alias, key)
    store = only_row(container, tables.Store)
    assert (store.url, only_row(container, tables.Connection).rest_base) == (f"{shop.url}/", f"{shop.url}/")
    shop.signal("integration_installed")
    run_queue(shop)
    work(container)
    assert only_row(container, tables.Store).installed_at is not None


@pytest.mark.parametrize("spoiled", ["keys", "uuid", "home", "nobody there"])
def test_a_home_that_proves_nothing_is_told_at_once_and_connects_nothing(
    container, connect, shops, shop, spoiled
):
    key = shop.new_key()
    alias = same_shop_at(shops, "alias", shop)
    alias.setup.home = shop.url if spoiled != "nobody there" else f"{shop.url}-nowhere"
    if spoiled == "keys":
        shop.revoke(key)
    if spoiled == "uuid":
        shop.setup.store_id = "11111111-4c2c-4a57-9c55-9a4a3b1f2c3d"
    if spoiled == "home":
        shop.setup.home = f"{shop.url}-elsewhere"
    assert UNPROVEN in connect(alias, key)
    assert (rows_of(container, tables.Store), alias.records.token, alias.records.hooks) == ([], None, [])


# Moves


def test_a_store_whose_address_redirects_for_good_moves_by_itself(container, service, shops, victim):
    """And the merchant is told at once, as staff are."""
    store, before = only_row(container, tables.Store), only_row(container, tables.Connection).keys_encrypted
    new_shop = same_shop_at(shops, f"{victim.id}-moved", victim)
    victim.faults.on(ShopFault.REDIRECT, victim.id)
    assert check(container).changed == {"url": [f"{victim.url}/", f"{new_shop.url}/"]}
    after = only_row(container, tables.Store)
    assert (after.id, after.url, after.joined_at) == (store.id, f"{new_shop.url}/", store.joined_at)
    assert only_row(container, tables.Connection).keys_encrypted == before
    assert "stores_moved" in todo_ids(container, service)
    status = full_document(status_of(container, store.id), contact="help@c.example")
    (warning,) = [item for item in status["warnings"] if item["id"] == "address_changed"]
    assert (
        f"{victim.url}/ to {new_shop.url}/" in warning["text"],
        "help@c.example" in warning["next_step"],
    ) == (
        True,
        True,
    )
    assert [item["kind"] for item in status["notices"]] == ["address_changed"]
    assert check(container).trouble is None
    new_shop.signal("integration_installed")
    run_queue(new_shop)
    work(container)
    assert only_row(container, tables.Store).installed_at is not None


def test_messages_that_were_held_before_a_move_are_used_after_it(container, clock, shops, victim):
    """The merchant changes the site's address; keys, webhooks and secrets stay as they were."""
    work(container)
    clock.move(minutes=1)
    new_shop = same_shop_at(shops, f"{victim.id}-moved", victim)
    new_shop.records.hooks.extend(victim.records.hooks)
    new_shop.signal("integration_set_up")
    run_queue(new_shop)
    work(container)
    assert only_row(container, tables.Store).set_up_at is None
    assert only_row(container, tables.Connection).next_check_at == container.now()  # it is looked at next
    victim.faults.on(ShopFault.REDIRECT, victim.id)
    check(container)
    replay_next(container)
    assert only_row(container, tables.Store).set_up_at is not None
    assert warnings_for_merchant(container) == []


def test_a_move_that_no_redirect_shows_is_told_at_once_and_prepared_for_staff(
    container, clock, shops, victim
):
    """Both addresses answer: WordPress's own redirect does not touch the REST API."""
    work(container)
    clock.move(minutes=1)
    new_shop = same_shop_at(shops, "elsewhere", victim)
    new_shop.records.hooks.extend(victim.records.hooks)
    new_shop.signal("integration_set_up")
    run_queue(new_shop)
    work(container)
    (warning,) = warnings_for_merchant(container, contact="help@credit.example")
    assert (warning["id"], f"{new_shop.url}/" in warning["text"]) == ("signals_held", True)
    assert "help@credit.example" in warning["next_step"]
    noticed = status_of(container, only_row(container, tables.Store).id).notices
    assert [notice.kind for notice, _ in noticed] == ["messages_held"]
    with container.database.reading() as session:
        assert session.get(tables.StoreTroubleRow, (only_row(container, tables.Store).id, "signals_held"))
    victim.setup.home = new_shop.url
    assert check(container).trouble is None
    claim = only_row(container, tables.AddressClaim)
    assert (claim.address, claim.signed_at is not None) == (f"{new_shop.url}/", True)
    assert claim.evidence == {"redirects": False, "trouble": None, "same_uuid": True, "is_home": True}
    page = Console(container, "viewer").get("/admin/claims").text
    assert all(line in page for line in ("does not redirect there", "its keys open it", "the same UUID"))


def test_a_store_whose_own_shop_names_another_home_is_told_before_any_message(container, shops, victim):
    victim.setup.home = f"{victim.url}-elsewhere"
    check(container)
    assert [item["id"] for item in warnings_for_merchant(container)] == ["store_elsewhere"]
    victim.setup.home = None
    check(container)
    assert warnings_for_merchant(container) == []


def test_a_home_in_one_language_is_the_stores_own(container, connect, shops, shop):
    shop.setup.home = f"{shop.url}/es"
    assert CONNECTED in connect(shop)
    assert only_row(container, tables.Store).url == f"{shop.url}/"
    shop.signal("integration_set_up")
    run_queue(shop)
    work(container)
    assert only_row(container, tables.Store).set_up_at is not None


def test_a_merchant_who_connects_at_the_new_address_finds_the_store_moved(container, connect, shops, victim):
    store = only_row(container, tables.Store)
    new_shop = same_shop_at(shops, f"{victim.id}-moved", victim)
    victim.faults.on(ShopFault.REDIRECT, victim.id)
    assert CONNECTED in connect(new_shop)
    assert (only_row(container, tables.Store).id, only_row(container, tables.Store).url) == (
        store.id,
        f"{new_shop.url}/",
    )
    assert rows_of(container, tables.AddressClaim) == []


# The evidence in the claim of a redirect that proves nothing.
PROVES = {
    "temporary": [],
    "keys": [{"redirects": True, "trouble": "keys_refused", "same_uuid": None, "is_home": None}],
    "uuid": [{"redirects": True, "trouble": None, "same_uuid": False, "is_home": True}],
    "home": [{"redirects": True, "trouble": None, "same_uuid": True, "is_home": False}],
}


@pytest.mark.parametrize("spoiled", PROVES)
def test_a_redirect_that_proves_nothing_moves_nothing(container, connect, shops, victim, spoiled):
    before = identity(container)
    new_shop = same_shop_at(shops, f"{victim.id}-moved", victim)
    if spoiled == "keys":
        new_shop.records.keys.clear()
    if spoiled == "uuid":
        new_shop.setup.store_id = "11111111-4c2c-4a57-9c55-9a4a3b1f2c3d"
    if spoiled == "home":
        new_shop.setup.home = f"{new_shop.url}-elsewhere"
    fault = ShopFault.TEMPORARY_REDIRECT if spoiled == "temporary" else ShopFault.REDIRECT
    victim.faults.on(fault, victim.id)
    assert check(container).trouble == ("unreachable" if spoiled == "temporary" else "elsewhere")
    assert identity(container) == before
    evidence = [claim.evidence for claim in rows_of(container, tables.AddressClaim)]
    assert evidence == PROVES[spoiled]
    if spoiled in ("temporary", "keys"):
        assert HELD in connect(new_shop)
        assert identity(container) == before


def test_nothing_moves_to_where_another_store_is(container, service, connect, shops, victim):
    other = shops.open(f"{victim.id}-moved")
    assert CONNECTED in connect(other)
    before = identity(container)
    other.setup.store_id = victim.setup.store_id
    other.records.keys.extend(victim.records.keys)
    victim.faults.on(ShopFault.REDIRECT, victim.id)
    store_id = next(row.id for row in rows_of(container, tables.Store) if row.url == f"{victim.url}/")
    check(container, store_id)
    assert identity(container) == before
    refused = requests.post(
        f"{service[1]}/api/v1/admin/stores/{store_id}/move",
        json={"url": other.url, "reason": "asked"},
        headers=staff_token(container),
        timeout=60,
    )
    assert (refused.status_code, f"another store is at {other.url}/" in refused.text) == (409, True)
    assert identity(container) == before


def test_staff_move_a_store_whose_messages_come_from_elsewhere(container, service, connect, shops, victim):
    store, keys = only_row(container, tables.Store), only_row(container, tables.Connection).keys_encrypted
    new_shop = same_shop_at(shops, "elsewhere", victim)
    new_shop.records.hooks.extend(victim.records.hooks)  # the whole database went along
    new_shop.signal("integration_installed")
    run_queue(new_shop)
    work(container)
    dead = rows_of(container, tables.Delivery)[-1]
    assert (dead.state, dead.error.startswith(f"held: the signal is of {new_shop.url}/")) == ("dead", True)
    claim = only_row(container, tables.AddressClaim)
    assert (claim.address, claim.signed_at is not None) == (f"{new_shop.url}/", True)
    assert "messages_from_elsewhere" in todo_ids(container, service)

    console = Console(container)
    page = f"/admin/stores/{store.id}/move"
    assert f"{page}?url=" in console.get(f"/admin/stores/{store.id}").text
    form = {"url": new_shop.url, "reason": "the merchant wrote"}
    preview = console.post(page, **form, do="preview")
    assert f"{victim.url}/ → {new_shop.url}/" in preview.text
    assert (only_row(container, tables.Store).url, rows_of(container, tables.Replay)) == (store.url, [])
    assert console.post(page, **form, do="move").status_code == 409  # nothing was shown
    assert console.post(page, **form, do="move", seen=preview_token(preview)).status_code == 303
    after = only_row(container, tables.Store)
    assert (after.url, after.joined_at, after.shop_uuid) == (
        f"{new_shop.url}/",
        store.joined_at,
        store.shop_uuid,
    )
    assert (
        only_row(container, tables.Connection).keys_encrypted,
        rows_of(container, tables.AddressClaim),
    ) == (
        keys,
        [],
    )
    audited = [row for row in rows_of(container, tables.AuditEntry) if row.action == "stores move"]
    assert [item.detail["old_url"] for item in audited] == [f"{victim.url}/"]
    assert check(container).trouble is None

    # What was held is processed again, and what comes from the old address is held from now on.
    replay_next(container)
    assert only_row(container, tables.Store).installed_at is not None
    victim.signal("integration_removed")
    run_queue(victim)
    work(container)
    assert only_row(container, tables.AddressClaim).address == f"{victim.url}/"
    assert only_row(container, tables.Store).removed_at is None

    # The old address is free: another shop there is another store.
    victim.setup.store_id = "11111111-4c2c-4a57-9c55-9a4a3b1f2c3d"
    assert CONNECTED in connect(victim)
    assert len(rows_of(container, tables.Store)) == 2


def test_a_claim_that_staff_dismiss_is_gone_until_it_is_made_again(container, connect, shops, victim):
    copy = shops.open("copy", Setup(store_id=victim.setup.store_id))
    connect(copy)
    console, claim = Console(container), only_row(container, tables.AddressClaim)
    assert console.post(f"/admin/claims/{claim.id}/dismiss", reason="a test shop").status_code == 303
    assert rows_of(container, tables.AddressClaim) == []
    connect(copy)
    assert only_row(container, tables.AddressClaim).address == f"{copy.url}/"
