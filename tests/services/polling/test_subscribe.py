"""TikTok is asked to tell of accounts that may be read, once each, and no more of those that may not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from receiver.app import create_app
from receiver.domain.poll_reasons import PollReason
from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient
from receiver.sandbox.tiktok.accounts import AccountDay, SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.faults import Fault
from receiver.sandbox.tiktok.notices import Notices
from receiver.services.deliveries.process import process_next
from receiver.services.polling.subscribe import keep_subscribed
from receiver.services.polling.verify_subscriptions import verify_subscriptions, verify_subscriptions_if_due
from receiver.storage import subscriptions, tables
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_all, keep_link, keep_store
from tests.serving import served

CALLBACK = "https://credit.example/webhooks/tiktok/ads"
APP = App("7400000000000000001", "app-secret")
BOTH = [("700001", "AD_ACCOUNT_SUSPENSION"), ("700001", "REPORT_DATA_CHANGE")]


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def faults():
    return set()


@pytest.fixture
def accounts():
    days = {date(2025, 11, 2) + timedelta(days=n): AccountDay(Decimal(50)) for n in range(40)}
    return {"700001": SandboxAccount("700001", "Store", "token-of-700001", days=days)}


@pytest.fixture
def fake(accounts, clock, faults):
    return create_tiktok(lambda: accounts, clock, lambda _: faults)


@pytest.fixture
def tiktok(container, fake):
    keep_store(container)
    keep_link(container, advertiser_id="700001")
    keep_account(container, "700001", next_poll_at=container.now() + timedelta(hours=6))
    with served(fake) as address:
        yield TikTokClient(f"{address}/open_api/v1.3", app=APP)


@pytest.fixture
def keep(container, tiktok):
    return lambda callback=CALLBACK: keep_subscribed(replace(container, tiktok=tiktok), callback, limit=10)


def stored_subscriptions(container):
    with container.database.reading() as session:
        rows = session.scalars(select(tables.Subscription))
        return sorted((row.advertiser_id, row.entity) for row in rows)


def at_tiktok(fake):
    return [extension["subscribe_entity"] for extension in fake.extensions["tiktok_subscriptions"].all()]


def test_an_account_that_may_be_read_is_subscribed_once(container, fake, keep):
    keep()
    keep()
    assert stored_subscriptions(container) == BOTH
    assert sorted(at_tiktok(fake)) == ["AD_ACCOUNT_SUSPENSION", "REPORT_DATA_CHANGE"]


def test_an_id_that_was_anothers_is_the_new_ones_and_the_other_is_asked_for_again(container, accounts, keep):
    """As the sandbox's TikTok does, which forgets all when it is started anew."""
    keep_all(container, "st_2", "700009")
    accounts["700009"] = replace(accounts["700001"], advertiser_id="700009", token="token-of-700009")
    with container.database.writing() as session:
        for number, (_, entity) in enumerate(BOTH, start=7400000000000005001):
            subscriptions.keep_subscription(session, "700009", entity, str(number))
    keep()
    assert stored_subscriptions(container) == BOTH
    keep()
    assert stored_subscriptions(container) == [*BOTH, *(("700009", entity) for _, entity in BOTH)]


@on_both_databases
@pytest.mark.parametrize("how", ["consent", "link", "store"])
def test_what_may_not_be_read_any_more_is_unsubscribed(container, fake, keep, how):
    keep()
    with container.database.writing() as session:
        link = session.get_one(tables.Link, 1)
        if how == "consent":
            link.consent, link.token_encrypted = False, None
        elif how == "link":
            link.ended_at = container.now()
        else:
            session.get_one(tables.Store, "st_1").disconnected_at = container.now()
    keep()
    assert (stored_subscriptions(container), at_tiktok(fake)) == ([], [])


@on_both_databases
def test_a_refusal_hinders_nothing_and_is_tried_again_later(container, fake, keep, faults):
    faults.add(Fault.MAINTENANCE)
    keep()
    faults.clear()
    keep()
    assert stored_subscriptions(container) == []
    container.now.move(hours=1)
    keep()
    assert stored_subscriptions(container) == BOTH


def test_what_cannot_be_ended_now_is_ended_later(container, fake, keep, faults):
    keep()
    with container.database.writing() as session:
        session.get_one(tables.Link, 1).ended_at = container.now()
    faults.add(Fault.MAINTENANCE)
    keep()
    assert stored_subscriptions(container) == BOTH
    faults.clear()
    keep()
    assert stored_subscriptions(container) == []


def test_a_subscription_that_died_with_its_token_is_forgotten(container, fake, keep, tiktok):
    keep()
    for extension in list(fake.extensions["tiktok_subscriptions"].all()):
        tiktok.unsubscribe(extension["subscription_id"])
    with container.database.writing() as session:
        session.get_one(tables.Link, 1).ended_at = container.now()
    keep()
    assert stored_subscriptions(container) == []


def test_a_duplicate_subscription_is_ended_once(container, fake, keep, tiktok):
    keep()
    stray = tiktok.subscribe("token-of-700001", "REPORT_DATA_CHANGE", CALLBACK, ["700001"])
    elsewhere = tiktok.subscribe(
        "token-of-700001", "REPORT_DATA_CHANGE", "https://other.example/", ["700001"]
    )
    assert verify_subscriptions(replace(container, tiktok=tiktok), CALLBACK) == ([], [stray])
    assert verify_subscriptions(replace(container, tiktok=tiktok), CALLBACK) == ([], [])
    assert elsewhere in [subscription.id for subscription in tiktok.subscriptions()]
    assert (len(at_tiktok(fake)), stored_subscriptions(container)) == (3, BOTH)


def test_what_goes_to_an_address_we_had_is_asked_for_at_the_new_one(container, fake, keep, tiktok):
    keep("https://old.example/webhooks/tiktok/ads")
    assert [
        len(subscription)
        for subscription in verify_subscriptions(replace(container, tiktok=tiktok), CALLBACK)
    ] == [0, 2]
    keep()
    assert {subscription.callback_url for subscription in tiktok.subscriptions()} == {CALLBACK}
    assert (len(at_tiktok(fake)), stored_subscriptions(container)) == (2, BOTH)


@on_both_databases
def test_an_account_whose_subscriptions_are_gone_is_polled_at_once_and_subscribed_anew(
    container, fake, keep, tiktok
):
    keep()
    for subscription in tiktok.subscriptions():
        tiktok.unsubscribe(subscription.id)
    assert verify_subscriptions(replace(container, tiktok=tiktok), CALLBACK) == (["700001"], [])
    with container.database.reading() as session:
        account = session.get_one(tables.Account, "700001")
        assert (account.next_poll_at, account.poll_reason) == (container.now(), PollReason.NOTICES_ENDED)
        assert session.get_one(tables.Link, 1).consent  # whether it stands is the poll's to find out
    assert stored_subscriptions(container) == []
    keep()
    assert stored_subscriptions(container) == BOTH


def test_subscriptions_are_looked_through_daily_and_five_minutes_after_a_refusal(
    container, fake, keep, tiktok, faults
):
    keep()
    for subscription in tiktok.subscriptions():
        tiktok.unsubscribe(subscription.id)
    faults.add(Fault.MAINTENANCE)

    def look():
        return verify_subscriptions_if_due(replace(container, tiktok=tiktok), CALLBACK)

    look()
    faults.clear()
    look()
    assert stored_subscriptions(container) == BOTH
    container.now.move(minutes=5)
    look()
    assert stored_subscriptions(container) == []
    keep()
    for subscription in tiktok.subscriptions():
        tiktok.unsubscribe(subscription.id)
    container.now.move(hours=23)
    look()
    assert stored_subscriptions(container) == BOTH
    container.now.move(hours=1)
    look()
    assert stored_subscriptions(container) == []


@on_both_databases
def test_the_sandbox_tells_of_a_change_and_the_account_is_polled(container, fake, keep, accounts, faults):
    with served(create_app(container=container)) as address:
        keep(f"{address}/webhooks/tiktok/ads")
        notices = Notices(fake)
        assert notices.send_changes() == []
        container.now.move(days=1)
        accounts["700001"] = replace(accounts["700001"], name="Café")
        faults.add(Fault.SUSPENDED)
        assert notices.send_changes() == [200, 200]
        assert notices.send_changes() == []
    while process_next(container):
        pass
    with container.database.reading() as session:
        account = session.get_one(tables.Account, "700001")
        states = [row.state for row in session.scalars(select(tables.Delivery))]
    assert (account.next_poll_at, states) == (container.now(), ["processed", "processed"])
    assert account.status == "STATUS_ENABLE"  # a hint: nothing but the next poll says so


def test_the_sandbox_tells_of_a_token_that_is_dead_and_its_account_is_polled(
    container, fake, keep, tiktok, faults
):
    with served(create_app(container=container)) as address:
        callback = f"{address}/webhooks/tiktok/ads"
        keep(callback)
        verify_subscriptions_if_due(replace(container, tiktok=tiktok), callback)
        container.now.move(minutes=5)
        faults.add(Fault.REVOKED_TOKEN)
        assert Notices(fake).send_changes() == [200, 200]
        assert (at_tiktok(fake), Notices(fake).send_changes()) == ([], [])
        faults.clear()
    while process_next(container):
        pass
    verify_subscriptions_if_due(replace(container, tiktok=tiktok), callback)
    with container.database.reading() as session:
        deliveries = {(row.topic, row.state) for row in session.scalars(select(tables.Delivery))}
        account = session.get_one(tables.Account, "700001")
    assert deliveries == {("tiktok.accounts", "processed"), ("tiktok.ads", "processed")}
    assert (account.next_poll_at, account.poll_reason) == (container.now(), PollReason.NOTICES_ENDED)
