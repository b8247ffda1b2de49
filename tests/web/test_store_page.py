"""A store's page: its ad account, its connection and what was decided; operators mend what is wrong there."""

import pytest
from sqlalchemy import select

from receiver.services.bridge.connect import begin_by_hand, finish
from receiver.services.bridge.shops import Keys
from receiver.services.decisions.decide import decide_store
from receiver.storage.tables import AuditEntry, RecordedFact, Store
from tests.rows import RECORDED, keep_all
from tests.staff import Console

BROWSER = "b" * 43


@pytest.fixture
def store_id(wired):
    keep_all(wired)
    decide_store(wired.database, wired.now(), "st_1")
    return "st_1"


@pytest.fixture
def connected(wired, shop, clock):
    """The id of a store that was connected at a shop of the sandbox."""
    key = shop.new_key()
    begin_by_hand(
        wired.database,
        wired.seal,
        wired.shops,
        wired.now(),
        shop=shop.url,
        keys=Keys(key.consumer_key, key.consumer_secret),
        browser=BROWSER,
        return_url=None,
    )
    clock.move(seconds=5)
    finish(
        wired.database,
        wired.seal,
        wired.shops,
        wired.now(),
        BROWSER,
        programme="woocommerce-2025",
        public_url=wired.settings.public_url,
    )
    with wired.database.reading() as session:
        return session.scalars(select(Store.id)).one()


def page(console, store_id):
    return console.get(f"/admin/stores/{store_id}").text


def test_it_says_when_and_why_the_ad_account_is_read_next(wired, store_id):
    shown = page(Console(wired, "viewer"), store_id)
    assert "<dd>7001</dd>" in shown
    assert "<small>linked</small>" in shown


def test_it_says_what_was_decided_and_what_changed_with_it(wired, store_id, clock):
    with wired.database.writing() as session:
        session.add(RecordedFact(store_id=store_id, name="safety_flag", value=True, **RECORDED))
    decide_store(wired.database, clock(), store_id)
    shown = page(Console(wired, "viewer"), store_id)
    assert shown.count("<time") == 2
    assert "stage: accumulating → blocked" in shown
    assert "facts.history.safety flag: no → yes" in shown


def test_a_store_nobody_connected_is_told_as_one(wired, store_id):
    assert "We hold no keys of this store" in page(Console(wired, "viewer"), store_id)


def test_viewers_see_the_connection_and_no_button(wired, connected):
    shown = page(Console(wired, "viewer"), connected)
    assert shown.count('<span class="stage pass">active</span>') == 2
    assert "Look now and repair" not in shown
    assert "<dt>wc version</dt>" in shown


def test_a_webhook_that_was_deleted_is_made_anew_at_a_press(wired, connected, shop):
    del shop.records.hooks[0]
    operator = Console(wired)
    answer = operator.post(f"/admin/stores/{connected}/check")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/stores/{connected}#connection")
    assert len(shop.records.hooks) == 2
    assert operator.post(f"/admin/stores/{connected}/check").status_code == 303
    assert len(shop.records.hooks) == 2


def test_secrets_are_new_at_both_ends_after_a_press(wired, connected, shop):
    before = {hook.secret for hook in shop.records.hooks}
    Console(wired).post(f"/admin/stores/{connected}/rotate")
    assert not before & {hook.secret for hook in shop.records.hooks}


def test_a_store_is_disconnected_with_a_reason_and_not_without(wired, connected, shop):
    operator = Console(wired)
    assert operator.post(f"/admin/stores/{connected}/disconnect", reason=" ").status_code == 400
    assert len(shop.records.hooks) == 2
    operator.post(f"/admin/stores/{connected}/disconnect", reason="asked by the merchant")
    assert shop.records.hooks == []
    with wired.database.reading() as session:
        said = session.scalars(select(AuditEntry).where(AuditEntry.action == "stores disconnect")).one()
    assert (said.actor, said.detail["reason"]) == ("operator@staff.example", "asked by the merchant")
    assert "We hold no keys of this store" in page(operator, connected)


def test_what_is_not_there_is_said_on_a_page(wired, store_id):
    operator = Console(wired)
    assert "never connected" in operator.post(f"/admin/stores/{store_id}/check").text
    assert operator.post("/admin/stores/st_none/check").status_code == 404
