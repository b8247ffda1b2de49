"""The list of stores: filters in the address, troubles in words, a constant number of statements."""

import re
from datetime import timedelta

import pytest

from receiver.services.connections.disconnect import leave_store
from receiver.services.decisions.decide import decide_store
from receiver.storage import stores as store_queries
from receiver.storage.tables import Account, StoreTroubleRow, WebhookEndpoint
from receiver.web.admin import stores
from tests.db_factories import keep_all, keep_link, keep_store
from tests.factories import JOINED, OPEN, SETTLED
from tests.staff import Console


@pytest.fixture
def viewer(container, clock):
    clock.at = SETTLED
    return Console(container, "viewer")


def ids_on(console, query=""):
    """Return the ids of the stores on a page, in its order."""
    return re.findall(r'href="/admin/stores/(st_\w+)"', console.get(f"/admin/stores{query}").text)


def words(console, query=""):
    page = re.sub("<[^>]+>", " ", console.get(f"/admin/stores{query}").text.partition("<tbody>")[2])
    return re.sub(r"\s+", " ", page)


def test_a_store_stands_with_its_stage_spend_next_tier_and_next_poll(viewer, container, clock):
    clock.at = OPEN
    decide_store(container.at(OPEN), keep_all(container, spent="523.10"))
    row_text = words(viewer)
    columns = "accumulating US $523.10 read in 14 days $976.90 short of $1,500.00"
    assert f"Example store https://st-1.example/ {columns}" in row_text
    assert "20 days ago" in row_text


def test_what_nobody_knows_is_not_shown_as_zero(viewer, container, clock):
    decide_store(container.at(SETTLED), keep_all(container))
    with container.database.writing() as session:
        session.get_one(Account, "7001").timezone = None
    decide_store(container.at(SETTLED), "st_1")
    assert " US unknown read just now " in words(viewer)


def test_what_is_wrong_stands_beside_the_store_in_words(viewer, container):
    keep_store(container, admitted_at=None, discrepancies=["figures_apart"])
    keep_link(container, consent=False)
    keep_store(container, "st_2")
    keep_link(container, "st_2")
    with container.database.writing() as session:
        session.add(StoreTroubleRow(store_id="st_2", id="figures_stale", who="service", since=SETTLED))
        session.add(WebhookEndpoint(id="hk_1", store_id="st_1", topic="t", trouble="disabled"))
    text = words(viewer)
    for item in (
        "webhook off or changed",
        "to be authorised again",
        "figures stale",
        "on the waiting list",
        "sources differ: figures apart",
    ):
        assert item in text, item


def test_where_nothing_is_wrong_the_warnings_are_empty(viewer, container):
    keep_store(container)
    assert '<td data-label="Warnings"></td>' in viewer.get("/admin/stores").text


def test_a_store_whose_messages_are_held_refused_or_unreadable_is_flagged(viewer, container):
    """By the troubles of its last decision: whose turn it is shows in the colour."""
    flags = {
        "signals_refused": "messages have a wrong signature",
        "signals_unreadable": "messages cannot be read",
        "signals_held": "messages come from another address",
    }
    for number, trouble in enumerate(flags):
        keep_store(container, f"st_{number}")
        with container.database.writing() as session:
            session.add(StoreTroubleRow(store_id=f"st_{number}", id=trouble, who="staff", since=SETTLED))
    page = viewer.get("/admin/stores").text
    for flag in flags.values():
        assert f'<span class="badge ours">{flag}</span>' in page


def test_filters_stand_in_the_address_and_go_on_to_the_next_page(viewer, container, monkeypatch):
    monkeypatch.setattr(stores, "PAGE", 2)
    for n in range(5):
        keep_store(
            container, f"st_{n}", created_at=JOINED + timedelta(minutes=n), country="GB" if n else "US"
        )
    assert ids_on(viewer, "?country=gb&text=example") == ["st_4", "st_3"]
    page = viewer.get("/admin/stores?country=gb&text=example").text
    following = re.search(r'rel="next" href="/admin/stores(\?[^"]+)"', page)[1].replace("&amp;", "&")
    assert ids_on(viewer, following) == ["st_2", "st_1"]


def test_who_waits_longest_for_a_place_stands_first(viewer, container):
    for n in (2, 1, 3):
        keep_store(container, f"st_{n}", joined_at=JOINED + timedelta(days=n), admitted_at=None)
    keep_store(container, "st_in")
    assert ids_on(viewer, "?condition=waiting") == ["st_1", "st_2", "st_3"]


def test_a_look_that_stopped_says_so_and_leads_on(viewer, container, monkeypatch):
    monkeypatch.setattr(store_queries, "SCANNED_STORES", 1)
    keep_store(container, "st_1", name="Found last")
    keep_store(container, "st_2", created_at=JOINED + timedelta(minutes=1))
    page = viewer.get("/admin/stores?text=found").text
    assert "No match among the stores searched so far." in page
    assert "Search on" in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("stage=sold", "Stage must be one of not_admitted"),
        ("condition=bad", "Condition must be one of connected"),
        ("after=st_1", "After must be the `next`"),
        ("text=%00a", "Text must be text"),
    ],
)
def test_a_filter_that_cannot_be_is_named(viewer, query, message):
    answer = viewer.get(f"/admin/stores?{query}")
    assert (answer.status_code, message in answer.text) == (400, True)


def test_an_empty_list_says_what_to_do(viewer):
    assert "/connect" in viewer.get("/admin/stores").text
    assert "Clear the filters" in viewer.get("/admin/stores?stage=due").text


def test_names_are_text_and_no_markup(viewer, container):
    keep_store(container, name="<b>Bold & co</b>")
    assert "&lt;b&gt;Bold &amp; co&lt;/b&gt;" in viewer.get("/admin/stores").text


def test_a_store_that_left_has_no_trouble_any_more(viewer, container):
    keep_store(container)
    with container.database.writing() as session:
        session.add(WebhookEndpoint(id="hk_1", store_id="st_1", topic="t", trouble="disabled"))
    leave_store(container.at(SETTLED), "st_1", reason="asked", actor="ann")
    assert ids_on(viewer, "?condition=webhooks_off") == []
    assert ids_on(viewer, "?condition=disconnected") == ["st_1"]


@pytest.mark.parametrize("query", ["", "?text=shop&stage=due", "?condition=webhooks_off"])
def test_it_asks_as_many_questions_of_many_stores_as_of_few(viewer, container, query):
    for n in range(3):
        keep_store(container, f"st_{n}", stage="due")
    few = viewer.count_queries(f"/admin/stores{query}")
    for n in range(3, 30):
        keep_store(container, f"st_{n}", stage="due")
        with container.database.writing() as session:
            session.add(WebhookEndpoint(id=f"hk_{n}", store_id=f"st_{n}", topic="t", trouble="disabled"))
    assert viewer.count_queries(f"/admin/stores{query}") == few
