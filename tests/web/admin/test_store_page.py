"""A store's page: its ad account, its connection and what was decided; operators mend what is wrong there."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.services.connections.connect import begin_by_hand
from receiver.services.connections.ports import Keys
from receiver.services.decisions.decide import decide_store
from receiver.services.stores.merge import SHOWN
from receiver.storage.tables import Account, AuditEntry, RecordedFact, Rejection, Store
from receiver.worker.store_work import work_stores
from tests.db_factories import RECORDED, keep_account, keep_all, keep_day, keep_link, keep_store
from tests.factories import LINKED
from tests.staff import Console, seen

BROWSER = "b" * 43


@pytest.fixture
def store_id(container):
    keep_all(container)
    decide_store(container.database, container.now(), "st_1")
    return "st_1"


@pytest.fixture
def connected(container, shop, clock):
    """The id of a store that was connected at a shop of the sandbox."""
    key = shop.new_key()
    begin_by_hand(
        container,
        shop=shop.url,
        keys=Keys(key.consumer_key, key.consumer_secret),
        browser=BROWSER,
        return_url=None,
    )
    work_stores(container)
    clock.move(seconds=5)
    work_stores(container)
    with container.database.reading() as session:
        return session.scalars(select(Store.id)).one()


def page(console, store_id):
    return console.get(f"/admin/stores/{store_id}").text


def test_it_says_when_and_why_the_ad_account_is_read_next(container, store_id):
    shown = page(Console(container, "viewer"), store_id)
    assert "<dd>7001</dd>" in shown
    assert "<small>linked</small>" in shown


def test_it_says_what_was_decided_and_what_changed_with_it(container, store_id, clock):
    with container.database.writing() as session:
        session.add(RecordedFact(store_id=store_id, name="safety_flag", value=True, **RECORDED))
    decide_store(container.database, clock(), store_id)
    shown = page(Console(container, "viewer"), store_id)
    assert shown.partition("Each decision")[2].partition("</ol>")[0].count("<time") == 2
    assert "stage: accumulating → blocked" in shown
    assert "facts.history.safety flag: no → yes" in shown


def test_a_store_nobody_connected_is_told_as_one(container, store_id):
    assert "Not connected: the store was added by hand" in page(Console(container, "viewer"), store_id)


def test_viewers_see_the_connection_and_no_button(container, connected):
    shown = page(Console(container, "viewer"), connected)
    assert shown.count('<span class="badge ok">active</span>') == 2
    assert "Check and repair now" not in shown
    assert "<dt>wc version</dt>" in shown


def test_a_webhook_that_was_deleted_is_made_anew_at_a_press(container, connected, shop):
    del shop.records.hooks[0]
    operator = Console(container)
    answer = operator.post(f"/admin/stores/{connected}/check")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/stores/{connected}#connection")
    shown = operator.get(f"/admin/stores/{connected}")
    assert ("The worker calls the store now" in shown.text, "Refresh" in shown.headers) == (True, True)
    assert len(shop.records.hooks) == 1  # no page waits for a shop
    work_stores(container)
    assert len(shop.records.hooks) == 2
    assert "Refresh" not in operator.get(f"/admin/stores/{connected}").headers
    assert operator.post(f"/admin/stores/{connected}/check").status_code == 303
    work_stores(container)
    assert len(shop.records.hooks) == 2


def test_secrets_are_new_at_both_ends_after_a_press(container, connected, shop):
    before = {hook.secret for hook in shop.records.hooks}
    Console(container).post(f"/admin/stores/{connected}/rotate")
    work_stores(container)
    assert not before & {hook.secret for hook in shop.records.hooks}


def test_a_store_is_disconnected_with_a_reason_and_not_without(container, connected, shop):
    operator = Console(container)
    assert operator.post(f"/admin/stores/{connected}/disconnect", reason=" ").status_code == 400
    assert len(shop.records.hooks) == 2
    operator.post(f"/admin/stores/{connected}/disconnect", reason="asked by the merchant")
    work_stores(container)
    assert shop.records.hooks == []
    with container.database.reading() as session:
        said = session.scalars(select(AuditEntry).where(AuditEntry.action == "stores disconnect")).one()
    assert (said.actor, said.detail["reason"]) == ("operator@staff.example", "asked by the merchant")
    assert "Not connected: the store has left." in page(operator, connected)


def test_what_is_not_there_is_said_on_a_page(container, store_id):
    operator = Console(container)
    assert "never connected" in operator.post(f"/admin/stores/{store_id}/check").text
    assert operator.post("/admin/stores/st_none/check").status_code == 404


# -- A fact, its effect shown before it is kept ----------------------------------------------------

FLAG = {"name": "safety_flag", "value": "yes", "reason": "TikTok wrote", "evidence": "T-7"}


def recorded(container, name):
    with container.database.reading() as session:
        return list(session.scalars(select(RecordedFact).where(RecordedFact.name == name)))


def test_what_a_fact_would_change_is_shown_and_nothing_is_kept(container, store_id):
    operator = Console(container)
    shown = operator.post(f"/admin/stores/{store_id}/fact", do="preview", **FLAG).text
    assert "<td>accumulating</td><td>blocked</td>" in shown
    assert 'value="record"' in shown
    assert recorded(container, "safety_flag") == []
    assert '<span class="badge theirs">accumulating' in page(operator, store_id)


def record(operator, store_id, **said):
    """Look at the preview, then record."""
    path = f"/admin/stores/{store_id}/fact"
    shown = operator.post(path, do="preview", **said)
    return operator.post(path, do="record", seen=seen(shown), **said)


def test_a_fact_is_recorded_by_name_and_a_second_click_changes_nothing(container, store_id):
    operator = Console(container)
    sign = seen(operator.post(f"/admin/stores/{store_id}/fact", do="preview", **FLAG))
    for _ in range(2):
        answer = operator.post(f"/admin/stores/{store_id}/fact", do="record", seen=sign, **FLAG)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/stores/{store_id}")
    (kept,) = recorded(container, "safety_flag")
    assert (kept.by, kept.reason, kept.evidence) == ("operator@staff.example", "TikTok wrote", "T-7")
    assert '<span class="badge bad">blocked' in page(operator, store_id)


def test_a_fact_taken_back_and_said_again_is_recorded_again(container, store_id):
    operator = Console(container)
    for value in ("yes", "no", "yes"):
        record(operator, store_id, **{**FLAG, "value": value})
    assert [fact.value for fact in recorded(container, "safety_flag")] == [True, False, True]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"reason": " "}, 400, "Write a reason"),
        ({"value": "confirmed"}, 400, "Choose one of the answers."),
        ({"name": "linked_at", "value": ""}, 400, "Enter a date and a time."),
        ({"name": "linked_at", "value": "2099-01-01T00:00"}, 400, "That time lies in the future."),
        ({"name": "linked_at", "value": "0202-11-20T00:00"}, 400, "Enter a date and a time."),
        ({"name": "set_up_at", "value": "0001-01-01T00:00:00+14:00"}, 400, "Enter a date and a time."),
    ],
)
def test_what_cannot_be_recorded_is_told_beside_what_was_typed(container, store_id, change, status, said):
    answer = record(Console(container), store_id, **{**FLAG, **change})
    assert (answer.status_code, said in answer.text) == (status, True)
    assert 'value="T-7"' in answer.text
    assert recorded(container, "safety_flag") == []


def test_a_fact_whose_effect_was_not_shown_is_not_recorded(container, store_id):
    operator, path = Console(container), f"/admin/stores/{store_id}/fact"
    shown = operator.post(path, do="preview", **FLAG)
    for said in (FLAG, {**FLAG, "seen": seen(shown), "value": "unknown"}):
        answer = operator.post(path, do="record", **said)
        assert (answer.status_code, "not do what you were shown" in answer.text) == (409, True)
    keep_day(container, "5000.00")  # what was shown is not what it would do now
    assert operator.post(path, do="record", seen=seen(shown), **FLAG).status_code == 409
    assert recorded(container, "safety_flag") == []
    assert operator.post(path, do="record", seen=seen(operator.post(path, **FLAG)), **FLAG).status_code == 303


# -- Links, health and the merchant ------------------------------------------------------------------


def test_it_shows_each_link_and_ends_the_one_that_stands(container, store_id):
    keep_link(container, store_id, "6001", ended_at=LINKED, consent=None)
    operator = Console(container)
    shown = re.sub("</?time[^>]*>", "", page(operator, store_id))
    assert "7001: linked 31 Oct 2025, 10:05" in shown
    assert "6001: linked 31 Oct 2025, 10:05, ended" in shown
    assert ">access granted<" in shown
    assert operator.post(f"/admin/stores/{store_id}/unlink").status_code == 303
    shown = page(operator, store_id)
    assert "No ad account is linked" in shown
    assert "End this link" not in shown


def test_it_says_when_the_store_was_last_heard_and_what_was_rejected(container, store_id):
    today = container.now().date()
    with container.database.writing() as session:
        for day, count in ((today, 1_200), (today - timedelta(days=8), 5)):
            session.add(Rejection(store_id=store_id, reason="signature", day=day, count=count))
    shown = page(Console(container, "viewer"), store_id)
    assert "none yet" in shown
    assert "<dd>1,200 for signature<br>" in shown
    assert f'href="/admin/rejections?store={store_id}"' in shown


def test_a_store_that_cannot_be_reached_is_told_as_that_and_not_as_our_fault(container, connected, shop):
    shop.faults.on(ShopFault.MAINTENANCE)
    operator = Console(container)
    assert operator.post(f"/admin/stores/{connected}/rotate").status_code == 303
    work_stores(container)
    shown = page(operator, connected)
    assert "check failed:</strong> busy" in shown
    assert "The worker calls the store now" not in shown


ONE_OWNER = {"into": "st_2", "reason": "one owner", "evidence": "ticket 3"}


def test_merchants_are_merged_as_it_was_shown_and_not_otherwise(container, store_id):
    keep_store(container, "st_2", name="Second store")
    operator, path = Console(container), f"/admin/stores/{store_id}/merge"
    assert operator.post(path, do="merge", **ONE_OWNER).status_code == 409
    shown = operator.post(path, do="preview", **ONE_OWNER)
    assert "Stores of merchant m_st_2 then: 2." in shown.text
    assert "with this store alone" in page(operator, store_id)
    answer = operator.post(path, do="merge", seen=seen(shown), **ONE_OWNER)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/stores/{store_id}#merchant")
    assert 'm_st_2, with <a href="/admin/stores/st_2">Second store</a>' in page(operator, store_id)
    again = operator.post(path, do="merge", seen=seen(shown), **ONE_OWNER)
    assert (again.status_code, "of one merchant already" in again.text) == (409, True)


def test_the_page_asks_as_many_questions_of_an_owner_of_many_stores(container, store_id):
    keep_store(container, "st_2", merchant="m_st_1")
    viewer, path = Console(container, "viewer"), f"/admin/stores/{store_id}"
    few = viewer.questions(path)
    for n in range(3, 20):
        keep_store(container, f"st_{n}", merchant="m_st_1")
        keep_link(container, f"st_{n}", f"70{n:02}")
        keep_account(container, f"70{n:02}", business_center="6001")
    assert viewer.questions(path) == few
    assert page(viewer, store_id).partition('id="merchant"')[2].count('<a href="/admin/stores/st_') == SHOWN


def test_stores_of_one_business_center_are_named_as_perhaps_one_owners(container, store_id):
    keep_all(container, "st_2", "7002")
    with container.database.writing() as session:
        session.execute(update(Account).values(business_center="6001"))
    viewer, operator = Console(container, "viewer"), Console(container)
    assert 'Perhaps one owner with <a href="/admin/stores/st_2">' in page(viewer, store_id)
    assert "Merge with" not in page(viewer, store_id)
    assert '<option value="st_2">' in operator.get(f"/admin/stores/{store_id}/merge").text


def test_a_store_is_erased_only_where_its_id_is_typed_and_it_has_left(container, store_id):
    operator, path = Console(container), f"/admin/stores/{store_id}"
    assert operator.post(f"{path}/erase", reason="asked", confirm=store_id).status_code == 409
    operator.post(f"{path}/disconnect", reason="asked by the merchant")
    assert operator.post(f"{path}/erase", reason="asked", confirm="st_2").status_code == 400
    assert "Example store" in page(operator, store_id)
    assert operator.post(f"{path}/erase", reason="asked", confirm=store_id).status_code == 303
    assert "Example store" not in page(operator, store_id)
