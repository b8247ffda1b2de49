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


# -- A fact, its effect shown before it is kept ----------------------------------------------------

FLAG = {"name": "safety_flag", "value": "yes", "reason": "TikTok wrote", "evidence": "T-7"}


def recorded(wired, name):
    with wired.database.reading() as session:
        return list(session.scalars(select(RecordedFact).where(RecordedFact.name == name)))


def test_what_a_fact_would_change_is_shown_and_nothing_is_kept(wired, store_id):
    operator = Console(wired)
    shown = operator.post(f"/admin/stores/{store_id}/fact", do="preview", **FLAG).text
    assert "<td>accumulating</td><td>blocked</td>" in shown
    assert 'value="record"' in shown
    assert recorded(wired, "safety_flag") == []
    assert '<span class="stage accumulating">' in page(operator, store_id)


def test_a_fact_is_recorded_by_name_and_a_second_click_changes_nothing(wired, store_id):
    operator = Console(wired)
    for _ in range(2):
        answer = operator.post(f"/admin/stores/{store_id}/fact", do="record", **FLAG)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/stores/{store_id}")
    (kept,) = recorded(wired, "safety_flag")
    assert (kept.by, kept.reason, kept.evidence) == ("operator@staff.example", "TikTok wrote", "T-7")
    assert '<span class="stage blocked">' in page(operator, store_id)


def test_a_fact_taken_back_and_said_again_is_recorded_again(wired, store_id):
    operator = Console(wired)
    for value in ("yes", "no", "yes"):
        operator.post(f"/admin/stores/{store_id}/fact", **{**FLAG, "do": "record", "value": value})
    assert [fact.value for fact in recorded(wired, "safety_flag")] == [True, False, True]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"reason": " "}, 400, "reason: must say something"),
        ({"value": "perhaps"}, 400, "value: must be yes, no or unknown"),
        ({"name": "override", "value": "spend_reached=pass"}, 409, "cannot be overridden"),
    ],
)
def test_what_cannot_be_recorded_is_told_beside_what_was_typed(wired, store_id, change, status, said):
    answer = Console(wired).post(f"/admin/stores/{store_id}/fact", **{**FLAG, "do": "record", **change})
    assert (answer.status_code, said in answer.text) == (status, True)
    assert 'value="T-7"' in answer.text
    assert recorded(wired, "safety_flag") == []


def test_a_store_is_erased_only_where_its_id_is_typed_and_it_has_left(wired, store_id):
    operator, path = Console(wired), f"/admin/stores/{store_id}"
    assert operator.post(f"{path}/erase", reason="asked", confirm=store_id).status_code == 409
    operator.post(f"{path}/disconnect", reason="asked by the merchant")
    assert operator.post(f"{path}/erase", reason="asked", confirm="st_2").status_code == 400
    assert "Example store" in page(operator, store_id)
    assert operator.post(f"{path}/erase", reason="asked", confirm=store_id).status_code == 303
    assert "Example store" not in page(operator, store_id)
