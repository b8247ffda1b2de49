"""A store's page: ad account, connection, decisions, award, dates, message, and acts of operators."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from sqlalchemy import select, update

from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.services.awards.block import block_award
from receiver.services.connections.connect import begin_by_hand
from receiver.services.connections.ports import Keys
from receiver.services.decisions.decide import decide_store
from receiver.services.stores.merge import SHOWN
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage.tables import Account, AuditEntry, Award, RecordedFact, Rejection, Store
from receiver.worker.store_work import work_stores
from tests.db_factories import RECORDED, keep_account, keep_all, keep_day, keep_link, keep_store, rows_of
from tests.factories import LINKED, OPEN, SETTLED
from tests.staff import BASE, Console, preview_token, text_of

PATH = "/admin/stores/st_1"
BROWSER = "b" * 43


@pytest.fixture
def store_id(container):
    keep_all(container)
    decide_store(container, "st_1")
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
    html = page(Console(container, "viewer"), store_id)
    assert "<dd>7001</dd>" in html
    assert "<small>linked</small>" in html


def test_it_says_what_was_decided_and_what_changed_with_it(container, store_id, clock):
    with container.database.writing() as session:
        session.add(RecordedFact(store_id=store_id, name="safety_flag", value=True, **RECORDED))
    decide_store(container.at(clock()), store_id)
    html = page(Console(container, "viewer"), store_id)
    assert html.partition("Each decision")[2].partition("</ol>")[0].count("<time") == 2
    assert "stage: accumulating → blocked" in html
    assert "facts.history.safety flag: no → yes" in html


def test_a_store_nobody_connected_is_told_as_one(container, store_id):
    assert "Not connected: the store was added by hand" in page(Console(container, "viewer"), store_id)


def test_viewers_see_the_connection_and_no_button(container, connected):
    html = page(Console(container, "viewer"), connected)
    assert html.count('<span class="badge ok">active</span>') == 2
    assert "Check and repair now" not in html
    assert "<dt>wc version</dt>" in html


def test_a_webhook_that_was_deleted_is_made_anew_at_a_press(container, connected, shop):
    del shop.records.hooks[0]
    operator = Console(container)
    answer = operator.post(f"/admin/stores/{connected}/check")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/stores/{connected}#connection")
    reply = operator.get(f"/admin/stores/{connected}")
    assert ("The worker calls the store now" in reply.text, "Refresh" in reply.headers) == (
        True,
        True,
    )
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
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "stores disconnect")).one()
    assert (entry.actor, entry.detail["reason"]) == ("operator@staff.example", "asked by the merchant")
    assert "Not connected: the store has left." in page(operator, connected)


def test_what_is_not_there_is_said_on_a_page(container, store_id):
    operator = Console(container)
    assert "never connected" in operator.post(f"/admin/stores/{store_id}/check").text
    assert operator.post("/admin/stores/st_none/check").status_code == 404


# -- Links, health and the merchant ------------------------------------------------------------------


def test_it_shows_each_link_and_ends_the_one_that_stands(container, store_id):
    keep_link(container, store_id, "6001", ended_at=LINKED, consent=None)
    operator = Console(container)
    html = re.sub("</?time[^>]*>", "", page(operator, store_id))
    assert "7001: linked 31 Oct 2025, 10:05" in html
    assert "6001: linked 31 Oct 2025, 10:05, ended" in html
    assert ">access granted<" in html
    assert operator.post(f"/admin/stores/{store_id}/unlink").status_code == 303
    html = page(operator, store_id)
    assert "No ad account is linked" in html
    assert "End this link" not in html


def test_it_says_when_the_store_was_last_heard_and_what_was_rejected(container, store_id):
    today = container.now().date()
    with container.database.writing() as session:
        for day, count in ((today, 1_200), (today - timedelta(days=8), 5)):
            session.add(Rejection(store_id=store_id, reason="signature", day=day, count=count))
    html = page(Console(container, "viewer"), store_id)
    assert "none yet" in html
    assert "<dd>1,200 for signature<br>" in html
    assert f'href="/admin/rejections?store={store_id}"' in html


def test_a_store_that_cannot_be_reached_is_told_as_that_and_not_as_our_fault(container, connected, shop):
    shop.faults.on(ShopFault.MAINTENANCE)
    operator = Console(container)
    assert operator.post(f"/admin/stores/{connected}/rotate").status_code == 303
    work_stores(container)
    html = page(operator, connected)
    assert "check failed:</strong> busy" in html
    assert "The worker calls the store now" not in html


ONE_OWNER = {"into": "st_2", "reason": "one owner", "evidence": "ticket 3"}


def test_merchants_are_merged_as_it_was_shown_and_not_otherwise(container, store_id):
    keep_store(container, "st_2", name="Second store")
    operator, path = Console(container), f"/admin/stores/{store_id}/merge"
    assert operator.post(path, do="merge", **ONE_OWNER).status_code == 409
    preview = operator.post(path, do="preview", **ONE_OWNER)
    assert "Stores of merchant m_st_2 then: 2." in preview.text
    assert "with this store alone" in page(operator, store_id)
    answer = operator.post(path, do="merge", seen=preview_token(preview), **ONE_OWNER)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/stores/{store_id}#merchant")
    assert 'm_st_2, with <a href="/admin/stores/st_2">Second store</a>' in page(operator, store_id)
    again = operator.post(path, do="merge", seen=preview_token(preview), **ONE_OWNER)
    assert (again.status_code, "of one merchant already" in again.text) == (409, True)


def test_the_page_asks_as_many_questions_of_an_owner_of_many_stores(container, store_id):
    keep_store(container, "st_2", merchant="m_st_1")
    viewer, path = Console(container, "viewer"), f"/admin/stores/{store_id}"
    few = viewer.count_queries(path)
    for n in range(3, 20):
        keep_store(container, f"st_{n}", merchant="m_st_1")
        keep_link(container, f"st_{n}", f"70{n:02}")
        keep_account(container, f"70{n:02}", business_center="6001")
    assert viewer.count_queries(path) == few
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


# -- The award, the dates, the message --------------------------------------------------------------


def test_a_blocked_awards_reason_for_staff_and_the_merchants_sentence_both_stand_there(container, operator):
    keep_all(container)
    decide_store(container.at(SETTLED), "st_1")
    (award,) = rows_of(container, Award)
    arguments = {"reason": "figures fell", "cause": "spend_restated", "actor": "ann"}
    block_award(container.at(SETTLED), award.id, **arguments)
    decide_store(container.at(SETTLED), "st_1")
    text = text_of(operator.get(PATH).text)
    assert "Our team has stopped your ad credit: TikTok corrected the spend that had earned it." in text
    assert "Blocked: figures fell" in text
    assert f'href="/admin/awards/{award.id}">Lift the block' in operator.get(PATH).text


def test_key_dates_are_those_of_the_status_document(container, operator, clock):
    clock.at = OPEN
    keep_all(container, spent="523.10")
    decide_store(container.at(OPEN), "st_1")
    dates = text_of(operator.get(PATH).text.partition('id="dates"')[2].partition("</section>")[0])
    for line in (
        "Ad account linked 31 Oct 2025, 10:05",
        "Spend period began 2 Nov 2025",
        "Spend period ends 1 Dec 2025 11 days left",
        "Last useful day 1 Dec 2025 for the next tier",
        "Credit by 8 Dec 2025 if nothing more is reached",
        "Credit expires 30 Jan 2026",
    ):
        assert line in dates, line


def message_on(console, language="en"):
    page = console.get(f"{PATH}?letter={language}").text
    body = unescape(re.search(r"<code>(Hello|Hola|สวัสดี)(.*?)</code>", page, re.DOTALL)[0][6:-7])
    return body, page


def test_a_store_added_by_hand_is_sent_the_link_that_connects_it(container, consent_withdrawn):
    body, page = message_on(Console(container))
    assert "The authorization to read your ad account was withdrawn." in body
    assert "Connect TikTok again, so that we can read your spend." in body
    assert f"Connect your store here: {BASE}/connect?shop=https://st-1.example/" in body
    mail = unescape(re.search(r'href="(mailto:[^"]+)"', page)[1])
    assert unquote(mail.partition("body=")[2]).replace("\r\n", "\n") == body
    assert unescape(re.search(r'data-copy="(Hello[^"]+)"', page)[1]) == body


@pytest.mark.parametrize(("language", "greeting"), [("es", "Hola:"), ("th", "สวัสดี"), ("xx", "Hello,")])
def test_the_message_speaks_the_merchants_language(container, consent_withdrawn, language, greeting):
    body, _ = message_on(Console(container), language)
    assert body.startswith(greeting)
    assert ("withdrawn" in body) == (language == "xx")


def test_the_page_asks_no_more_of_a_long_history(container, operator):
    keep_all(container)
    decide_store(container.at(SETTLED), "st_1")
    few = operator.count_queries(PATH)
    for n in range(30):
        fact = {"name": "paid_bills_confirmed", "value": ("yes", "no")[n % 2], "reason": "r", "evidence": "e"}
        record_staff_fact(container.at(SETTLED), store_id="st_1", actor="ann", **fact)
    keep_day(container, "650.00")
    assert operator.count_queries(PATH) == few


def test_a_store_added_by_hand_leads_to_its_secret_before_anything_is_wrong(operator, container):
    keep_all(container)
    path = f"{PATH}/secret"
    assert f'href="{path}"' in operator.get(PATH).text
    assert operator.get(path).status_code == 200
    assert f'href="{path}"' not in Console(container, "viewer").get(PATH).text
    with container.database.writing() as session:
        session.execute(update(Store).values(disconnected_at=SETTLED))
    assert f'href="{path}"' not in operator.get(PATH).text
