"""A store is connected by keys that its merchant approved in the browser that asked, and by no others."""

from dataclasses import replace

import pytest

from receiver.domain.connection_attempts import ConnectionOutcome, Step
from receiver.errors import InputError, NotFound, Refused
from receiver.services.connections.connect import begin_by_hand, get_status
from receiver.services.connections.ports import Keys
from receiver.services.decisions.status import status_for_token
from receiver.services.stores.add import add_store
from receiver.services.stores.details import StoreDetails
from receiver.services.stores.disconnect import disconnect_store
from receiver.storage import tables
from tests.conftest import on_both_databases
from tests.db_factories import only_row, rows_of
from tests.fake_stores import FACTS, KEYS, URL, UUID, FakeShop
from tests.services.connections.conftest import BROWSER, PUBLIC_URL
from wp_bridge.errors import StoreTrouble

OTHER = "o" * 43
COPY = "https://staging.shop.example/"


@pytest.fixture
def database_kind() -> str:
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def audit_details(container, action):
    return [row.detail for row in rows_of(container, tables.AuditEntry) if row.action == action]


# The way there and back


def test_a_merchant_who_approves_and_comes_back_has_a_connected_store(visit, container, fake):
    status = visit.connect("shop.example")
    assert (status.outcome, status.trouble) == (ConnectionOutcome.CONNECTED, None)
    store, connection = only_row(container, tables.Store), only_row(container, tables.Connection)
    assert (store.id, store.url, store.name) == (status.store_id, URL, "Example shop")
    assert (store.country, store.currency, store.programme) == ("US", "USD", "woocommerce-2025")
    assert store.admitted_at == container.now()
    assert (store.shop_uuid, container.cipher.decrypt(connection.keys_encrypted)) == (UUID, KEYS.as_text())
    assert [hook.topic for hook in fake.hooks] == [
        "action.wc_ad_credit_signal",
        "action.woocommerce_settings_saved",
    ]
    (token,) = fake.tokens
    assert status_for_token(container, token).store_name == "Example shop"


def test_the_shop_is_asked_for_what_we_need_and_nothing_lasting_stands_in_the_address(visit, container):
    user_id = visit.begin()
    assert visit.address.startswith(f"{URL}wc-auth/v1/authorize?")
    assert "scope=read_write" in visit.address
    assert "return_url=https%3A%2F%2Fcredit.example%2Fconnect%2Fback" in visit.address
    assert "callback_url=https%3A%2F%2Fcredit.example%2Fconnect%2Fkeys" in visit.address
    assert len(user_id) == 43
    assert user_id not in str(vars(only_row(container, tables.ConnectionAttempt)))
    assert BROWSER not in str(vars(only_row(container, tables.ConnectionAttempt)))


def test_finishing_twice_changes_nothing_more(visit, container, fake):
    first = visit.connect()
    calls = list(fake.calls)
    assert visit.finish() == first
    assert (fake.calls, len(rows_of(container, tables.Store))) == (calls, 1)


def test_keys_that_are_used_or_given_up_are_not_kept(visit, container):
    visit.connect()
    assert only_row(container, tables.ConnectionAttempt).keys_encrypted is None


@on_both_databases
def test_a_merchant_who_says_no_has_connected_nothing(visit, container):
    user_id = visit.begin()
    assert visit.back(user_id, approved=False)
    assert get_status(container, BROWSER).outcome is ConnectionOutcome.DENIED
    with pytest.raises(NotFound):
        visit.post_keys(user_id)
    assert rows_of(container, tables.Store) == []


def test_nothing_is_done_before_the_keys_have_come_and_settled(visit, container, fake):
    user_id = visit.begin()
    assert visit.finish().step is Step.AT_THE_SHOP
    visit.back(user_id)
    assert visit.finish().step is Step.WAITS_FOR_KEYS
    visit.post_keys(user_id)
    container.now.move(seconds=4)
    assert visit.finish().step is Step.SETTLING
    assert fake.calls == []
    container.now.move(seconds=1)
    assert visit.finish().outcome is ConnectionOutcome.CONNECTED


def test_an_attempt_is_over_after_a_quarter_of_an_hour(visit, container, fake):
    user_id = visit.begin()
    container.now.move(minutes=15)
    with pytest.raises(NotFound):
        visit.post_keys(user_id)
    visit.back(user_id)
    assert (visit.finish().step, fake.calls) == (Step.OVER, [])


@pytest.mark.parametrize("trouble", StoreTrouble)
def test_a_shop_that_cannot_be_connected_is_told_and_no_keys_are_asked_for(visit, container, shops, trouble):
    shops.probe_trouble = trouble
    assert visit.begin() is None
    status = get_status(container, BROWSER)
    assert (status.outcome, status.trouble) == (ConnectionOutcome.REFUSED, trouble)
    assert only_row(container, tables.ConnectionAttempt).user_id_encrypted is None


@pytest.mark.parametrize(
    "shop", ["", "ftp://shop.example", "https://a:b@shop.example", "https://shop .example/"]
)
def test_what_is_no_shops_address_is_refused_with_its_field(visit, shops, shop):
    with pytest.raises(InputError, match="shop: "):
        visit.begin(shop)
    assert shops.probed == []


def test_a_page_to_return_to_is_one_of_the_shops(visit):
    visit.begin(return_url=f"{URL}wp-admin/admin.php?page=wc-settings")
    with pytest.raises(InputError, match="return_url: "):
        visit.begin(return_url="https://elsewhere.example/")


# Keys


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"key_permissions": "read"}, "key_permissions"),
        ({"consumer_key": None}, "consumer_key"),
        ({"consumer_secret": ""}, "consumer_secret"),
        ({"consumer_key": "ck_é"}, "consumer_key"),
    ],
)
def test_a_post_that_lacks_something_is_refused_so_that_the_shop_deletes_the_key(
    visit, container, changes, wrong
):
    user_id = visit.begin()
    with pytest.raises(InputError, match=f"{wrong}: "):
        visit.post_keys(user_id, **changes)
    assert only_row(container, tables.ConnectionAttempt).keys_encrypted is None


def test_a_second_post_does_not_take_the_place_of_the_first(visit, container):
    user_id = visit.begin()
    visit.post_keys(user_id)
    with pytest.raises(Refused):
        visit.post_keys(user_id, Keys("ck_" + "e" * 40, "cs_" + "f" * 40))
    assert (
        container.cipher.decrypt(only_row(container, tables.ConnectionAttempt).keys_encrypted)
        == KEYS.as_text()
    )


def test_keys_nobody_asked_for_are_refused(visit):
    with pytest.raises(NotFound):
        visit.post_keys("nobody")


@on_both_databases
def test_keys_that_do_not_open_the_shop_they_were_asked_for_connect_nothing(visit, container, fake):
    fake.keys = Keys("ck_" + "e" * 40, "cs_" + "f" * 40)
    status = visit.connect()
    assert (status.outcome, status.trouble) == (ConnectionOutcome.REFUSED, StoreTrouble.KEYS_REFUSED)
    assert (
        rows_of(container, tables.Store),
        only_row(container, tables.ConnectionAttempt).keys_encrypted,
    ) == (
        [],
        None,
    )


@on_both_databases
def test_a_shop_that_is_busy_is_asked_again_when_the_merchant_looks_again(visit, fake):
    fake.troubles["facts"] = StoreTrouble.BUSY
    status = visit.connect()
    assert (status.outcome, status.step, status.trouble) == (None, Step.READY, StoreTrouble.BUSY)
    fake.troubles.clear()
    assert visit.finish() == status  # nobody is asked again and again
    assert visit.again().outcome is ConnectionOutcome.CONNECTED


def test_keys_typed_in_by_hand_must_open_the_shop_as_well(visit):
    assert visit.connect_by_hand().outcome is ConnectionOutcome.CONNECTED
    with pytest.raises(InputError, match=r"consumer_secret: .* begins with cs_"):
        visit.connect_by_hand(keys=Keys(KEYS.consumer_key, KEYS.consumer_key))


# Attacks


@pytest.mark.parametrize("browser", [OTHER, None, ""])
def test_a_victims_admin_who_approves_an_attackers_attempt_connects_nothing(visit, container, fake, browser):
    """The attacker began, and sent the shop's key page to the victim; the victim's browser comes back."""
    user_id = visit.begin()
    visit.post_keys(user_id)
    assert not visit.back(user_id, browser=browser)
    assert only_row(container, tables.ConnectionAttempt).keys_encrypted is None
    container.now.move(minutes=1)
    assert visit.back(user_id)  # the attacker's own browser, later
    assert visit.finish().outcome is ConnectionOutcome.FOREIGN
    assert (fake.calls, rows_of(container, tables.Store)) == ([], [])


@on_both_databases
def test_an_attacker_who_comes_back_before_the_victim_does_loses_the_keys_all_the_same(
    visit, container, fake
):
    user_id = visit.begin()
    assert visit.back(user_id)  # knows where it leads back to
    visit.post_keys(user_id)
    container.now.move(seconds=2)
    assert visit.finish().step is Step.SETTLING
    assert not visit.back(user_id, browser=OTHER)  # the victim's browser, right after the approval
    container.now.move(minutes=1)
    assert visit.finish().outcome is ConnectionOutcome.FOREIGN
    assert (fake.calls, rows_of(container, tables.Store)) == ([], [])


def test_one_browser_sees_nothing_of_anothers_attempt(visit, container):
    visit.begin()
    with pytest.raises(NotFound):
        get_status(container, OTHER)


def test_whoever_begins_many_for_a_shop_cannot_fill_the_disk(visit, container):
    for _ in range(12):
        visit.begin()
    assert len(rows_of(container, tables.ConnectionAttempt)) == 10


@on_both_databases
def test_whoever_begins_for_many_shops_cannot_fill_the_disk(visit, container, clock, monkeypatch):
    monkeypatch.setattr("receiver.storage.connection_attempts.IN_ALL", 20)
    for number in range(30):
        clock.move(seconds=1)
        visit.begin(shop=f"{URL}{number}/", browser=f"stranger {number}")
    assert len(rows_of(container, tables.ConnectionAttempt)) == 20


@on_both_databases
def test_whoever_types_in_keys_for_many_shops_cannot_fill_the_disk(container, clock, monkeypatch):
    monkeypatch.setattr("receiver.storage.connection_attempts.IN_ALL", 20)
    for number in range(30):
        clock.move(seconds=1)
        begin_by_hand(
            container, shop=f"{URL}{number}/", keys=KEYS, browser=f"stranger {number}", return_url=None
        )
    assert len(rows_of(container, tables.ConnectionAttempt)) == 20


def test_strangers_who_begin_for_a_shop_do_not_push_out_a_merchant_on_the_way_there(visit, container, clock):
    visit.begin()
    merchants = only_row(container, tables.ConnectionAttempt).id
    for number in range(100):
        clock.move(seconds=1)
        visit.begin(browser=f"stranger {number}")
    assert merchants in {row.id for row in rows_of(container, tables.ConnectionAttempt)}


# Whose store it is


@on_both_databases
def test_a_store_that_connects_again_goes_on_where_it_was(visit, container, fake):
    first = visit.connect().store_id
    disconnect_store(container, first, reason="asked", actor="ann")
    again = visit.connect()
    assert (again.outcome, again.store_id) == (ConnectionOutcome.CONNECTED, first)
    assert only_row(container, tables.Store).disconnected_at is None
    assert len(fake.tokens) == 2
    assert status_for_token(container, fake.tokens[1]).store_name == "Example shop"


@on_both_databases
def test_a_store_that_staff_added_by_hand_is_the_one_that_connects(visit, container):
    store = add_store(
        container,
        StoreDetails("http://shop.example/", "By hand", "US", "USD"),
        programme="woocommerce-2025",
        actor="ann",
    )
    assert visit.connect().store_id == store.id
    assert only_row(container, tables.Store).url == URL


def test_a_copy_of_a_store_at_another_address_is_held_for_staff(visit, container, shops):
    first = visit.connect().store_id
    shops.by_url[COPY] = FakeShop(shop_facts=replace(FACTS, home_url=COPY))
    status = visit.connect(COPY)
    assert (status.outcome, status.store_id) == (ConnectionOutcome.HELD, first)
    assert len(rows_of(container, tables.Store)) == 1
    assert audit_details(container, "connect held") == [{"why": "copy", "address": COPY, "uuid": UUID}]
    assert shops.by_url[COPY].hooks == []


@on_both_databases
def test_another_installation_at_a_stores_address_is_held_for_staff(visit, container, fake):
    visit.connect()
    fake.shop_facts = replace(FACTS, uuid="11111111-4c2c-4a57-9c55-9a4a3b1f2c3d")
    assert visit.connect().outcome is ConnectionOutcome.HELD
    assert only_row(container, tables.Store).shop_uuid == UUID


def test_a_store_without_a_uuid_is_known_by_its_address(visit, container, fake):
    fake.shop_facts = replace(FACTS, uuid=None)
    first = visit.connect().store_id
    fake.shop_facts = FACTS
    assert visit.connect().store_id == first
    assert only_row(container, tables.Store).shop_uuid == UUID


def test_no_transaction_is_open_while_a_store_is_called(visit, container, fake):
    def write() -> None:
        with container.database.writing() as session:  # would wait for ever, or be refused
            session.add(tables.AuditEntry(at=container.now(), actor="x", action="y", subject="z", detail={}))

    fake.during = write
    assert visit.connect().outcome is ConnectionOutcome.CONNECTED
    assert PUBLIC_URL in fake.hooks[0].url
