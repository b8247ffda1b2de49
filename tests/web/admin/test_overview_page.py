"""The Overview: todo items, five vital signs and the chart of the last day."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from receiver.domain.hourly_counts import HourlyKind
from receiver.domain.todo import TodoId
from receiver.services.alerts.work_queue import MOST, TodoItem, list_todo_items
from receiver.services.decisions.decide import decide_store
from receiver.services.programmes.statistics import count_programmes
from receiver.services.reviews.ask import ask_review
from receiver.services.staff.tokens import make_token
from receiver.storage import heartbeats, hourly_counts, polls
from receiver.storage.tables import (
    Account,
    Award,
    Delivery,
    Heartbeat,
    Link,
    RecordedFact,
    Rejection,
    Store,
    WebhookEndpoint,
)
from tests.award_fixtures import NOW, AwardActions
from tests.db_factories import keep_account, keep_day, keep_link, keep_store
from tests.factories import LINKED
from tests.staff import Console, keep_staff


@pytest.fixture
def calm(container, clock):
    """A worker that lives, and a store with nothing the matter."""
    clock.at = NOW
    keep_store(container, "st_1")
    keep_link(container)
    keep_account(container, next_poll_at=NOW)
    with container.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, NOW)
        session.add(WebhookEndpoint(id="hk_1", store_id="st_1", topic="t"))
    return container


def todo_items(container):
    return {item.id: item for item in list_todo_items(container.at(NOW))}


def change(container, *statements):
    with container.database.writing() as session:
        for statement in statements:
            session.execute(statement)


def keep_delivery(container, identity="a", **changes):
    fields = {"source": "tiktok", "headers": [], "body_sha256": "0" * 64, "received_at": NOW, "state": "dead"}
    with container.database.writing() as session:
        session.add(Delivery(**{"identity": identity, **fields, **changes}))


TROUBLES = [
    ("stores_held", [update(RecordedFact).values(value="unknown")]),
    ("webhook_mute", [update(WebhookEndpoint).values(trouble="mute")]),
    ("clock_ahead", [update(Store).values(clock_skew=3600)]),
    ("consent_withdrawn", [update(Link).values(consent=False)]),
    ("consent_expired", [update(Link).values(consent=False, consent_lost="expired")]),
    ("account_missing", [update(Account).values(fault="missing")]),
    ("account_unreachable", [update(Account).values(fault="unreachable")]),
    ("reading_refused", [update(Account).values(fault="refused")]),
    ("figures_incomplete", [update(Account).values(fault="incomplete")]),
    ("figures_stale", [update(Account).values(spend_read_at=NOW - timedelta(days=2))]),
    ("status_unknown", [update(Account).values(status="STATUS_NEW")]),
]


@pytest.mark.parametrize(("name", "changes"), TROUBLES)
def test_a_stores_trouble_names_the_store_and_goes_with_it(calm, name, changes):
    assert todo_items(calm) == {}
    if name == "stores_held":
        keep_day(calm, "600.00")
    change(calm, *changes)
    decide_store(calm.at(NOW), "st_1")
    assert todo_items(calm)[name].stores == [("st_1", "Example store")]
    console = Console(calm, "viewer")
    page = console.get("/admin/").text
    assert '<a href="/admin/stores/st_1">Example store</a>' in page
    link = re.search(r'href="(/admin/stores\?[^"]+)"><strong', page)[1]
    keep_store(calm, "st_2")
    assert re.findall(r'href="/admin/stores/(st_\d)"', console.get(link).text) == ["st_1"]


def test_an_award_whose_facts_have_changed_is_named(calm):
    keep_day(calm, "600.00")
    decide_store(calm.at(NOW), "st_1")
    assert "award_flagged" not in todo_items(calm)
    change(calm, update(Store).values(country="FR"))
    decide_store(calm.at(NOW), "st_1")
    assert todo_items(calm)["award_flagged"].stores == [("st_1", "Example store")]


OURS_TO_END = [
    [update(Link).values(consent=False, ended_at=NOW)],
    [update(Link).values(consent=False, consent_lost="returned")],
    [update(Store).values(disconnected_at=NOW), update(Account).values(fault="missing")],
    [update(Store).values(disconnected_at=NOW), update(Account).values(spend_read_at=LINKED)],
]


@pytest.mark.parametrize("changes", OURS_TO_END)
def test_what_we_ended_ourselves_needs_nobody(calm, changes):
    change(calm, *changes)
    decide_store(calm.at(NOW), "st_1")
    assert todo_items(calm) == {}


def test_nothing_to_do_is_said(calm):
    assert "Nothing needs you now" in Console(calm, "viewer").get("/admin/").text


def test_a_silent_worker_and_waiting_deliveries_come_first(calm):
    keep_delivery(calm, state="received", due_at=NOW - timedelta(minutes=3))
    keep_delivery(calm, "b")
    change(calm, update(Heartbeat).values(at=NOW - timedelta(minutes=1)))
    assert list(todo_items(calm)) == ["worker_silent", "deliveries_wait", "deliveries_dead"]
    assert todo_items(calm)["deliveries_wait"].since == NOW - timedelta(minutes=3)


@pytest.mark.parametrize("state", ["received", "failed"])
def test_what_waits_longest_stands_in_the_list_that_the_overview_leads_to(calm, state):
    keep_delivery(calm, state=state, due_at=NOW - timedelta(minutes=3))
    console = Console(calm, "viewer")
    link = re.search(r'href="([^"]+)">Messages have waited', console.get("/admin/").text)[1]
    assert 'href="/admin/deliveries/1"' in console.get(link).text


@pytest.mark.parametrize(
    ("before", "now", "reported"), [(0, 19, 0), (0, 20, 20), (7 * 30, 59, 0), (7 * 30, 60, 60)]
)
def test_rejected_signatures_are_told_when_they_rise(calm, before, now, reported):
    days = ((date(2025, 12, 1), before), (NOW.date(), now))
    with calm.database.writing() as session:
        for day, count in days:
            session.add(Rejection(store_id="st_1", reason="signature", day=day, count=count))
            session.add(Rejection(store_id="st_1", reason="size", day=day, count=1000))
    item = todo_items(calm).get("signatures_rejected")
    assert (item.count if item else 0) == reported


def test_awards_and_reviews_lead_to_their_lists(container, clock):
    clock.at = NOW
    AwardActions(container, 3)
    change(container, update(Award).where(Award.id == "aw_0").values(due_by=date(2025, 12, 1)))
    change(container, update(Award).where(Award.id == "aw_1").values(due_by=date(2025, 12, 7)))
    ask_review(container.at(NOW), "st_0", "No.")
    counts = {name: item.count for name, item in todo_items(container).items()}
    assert counts == {"worker_silent": 1, "awards_overdue": 1, "awards_due_soon": 2, "reviews_waiting": 1}
    console = Console(container, "viewer")
    page = console.get("/admin/").text
    link = re.search(r'href="([^"]+)"><strong class="big-number">1</strong> award overdue', page)[1]
    assert re.findall(r'href="/admin/awards/(aw_\d)"', console.get(link).text) == ["aw_0"]
    link = re.search(r'href="([^"]+)"><strong class="big-number">2</strong> awards due within 3', page)[1]
    assert re.findall(r'href="/admin/awards/(aw_\d)"', console.get(link).text) == ["aw_1", "aw_2"]
    assert 'href="/admin/reviews"' in page


def test_tokens_that_expire_soon_are_told_to_their_owner_and_to_operators(calm, clock):
    for role, days in (("viewer", 14), ("operator", 14), ("operator", 15)):
        owner = {"email": keep_staff(calm, role), "name": f"{days} days", "actor": "test"}
        make_token(calm.at(NOW), days=days, **owner)
    assert todo_items(calm)["tokens_expire"].count == 2
    link = r'href="/admin/account#tokens"><strong[^>]*>(\d)</strong> API token'
    for role, count in (("viewer", "1"), ("operator", "2")):
        assert re.search(link, Console(calm, role).get("/admin/").text)[1] == count
    clock.move(days=14)  # it is over, and nothing is left to hand over in time
    queue = list_todo_items(calm.at(clock()))
    assert [item.count for item in queue if item.id == "tokens_expire"] == [1]


def test_a_count_stops_at_its_limit():
    assert TodoItem(TodoId.DELIVERIES_DEAD, MOST + 1).count_words == "1,000+"
    assert TodoItem(TodoId.DELIVERIES_DEAD, MOST).count_words == "1,000"


def test_the_programme_page_sums_each_tier_and_currency(container, clock):
    clock.at = NOW
    AwardActions(container, 4)
    keep_store(container, "st_9", admitted_at=None, stage="not_admitted")
    change(
        container,
        update(Award).where(Award.id == "aw_0").values(due_by=date(2025, 12, 1)),
        update(Award).where(Award.id == "aw_1").values(state="issued"),
        update(Award).where(Award.id == "aw_2").values(currency="GBP", credit=Decimal("395.50")),
    )
    console = Console(container, "viewer")
    assert "Not counted yet" in console.get("/admin/programme").text
    count_programmes(container.at(NOW))
    page = console.get("/admin/programme").text
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))
    assert "1 merchant admitted; there is no limit, 4 stores waiting" in text
    assert "£500.00 £395.50 1 award" in text
    assert "$500.00 $1,000.00 2 awards $500.00 1 award – – – $500.00 1 award" in text
    assert 'href="/admin/stores?stage=not_admitted"' in page
    keep_store(container, "st_10", admitted_at=None)
    count_programmes(container.at(NOW + timedelta(minutes=1)))
    assert "<strong>5</strong> stores waiting" in console.get("/admin/programme").text


def test_a_programme_nobody_joined_says_how_one_joins(container, clock):
    clock.at = datetime(2025, 12, 5, tzinfo=UTC)
    page = Console(container, "viewer").get("/admin/programme").text
    assert "No store has joined yet" in page
    assert "Nothing was promised yet" in page


@pytest.mark.parametrize("path", ["/admin/", "/admin/awards", "/admin/programme", "/admin/reviews"])
def test_a_page_asks_as_many_questions_of_many_rows_as_of_few(container, clock, path):
    clock.at = NOW
    AwardActions(container, 2)
    console = Console(container, "viewer")
    few = console.count_queries(path)
    for number in range(100, 120):
        keep_store(container, f"st_{number}", stage="held")
        ask_review(container.at(NOW), f"st_{number}", "No.")
    assert console.count_queries(path) == few + (path == "/admin/")  # the held are counted where there are


def text_of(page):
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))


def test_five_vital_signs_stand_there_in_green_too(calm):
    keep_delivery(calm, state="processed", ended_at=NOW)
    with calm.database.writing() as session:
        polls.note_poll(session, "7001", NOW, None)
    page = Console(calm, "viewer").get("/admin/").text
    signs = page.partition('<ul class="health-signs')[2].partition("</ul>")[0]
    text = text_of(signs)
    for name in ("Last delivery", "Oldest waiting", "Background work", "TikTok calls", "Figures fresh"):
        assert name in text
    assert signs.count("<li>") == 5
    assert "Running last sign of life just now" in text
    assert "1 of 1 accounts read in time last poll just now" in text
    assert text.count("OK") == 5
    assert re.search(r"TikTok calls ([\d,]+) of \1 left today full again in 15 h", text)


def test_what_was_never_seen_is_said_to_be_unknown(container):
    signs = Console(container, "viewer").get("/admin/").text.partition('<ul class="health-signs')[2]
    text = text_of(signs.partition("</ul>")[0])
    assert text.count("Unknown") == 3
    assert "None has come yet" in text
    assert "No worker has been seen yet" in text
    assert "No ad account is polled yet" in text


def test_awards_are_summed_in_each_currency(container, clock):
    clock.at = NOW
    AwardActions(container, 3)
    change(
        container,
        update(Award).values(due_by=date(2025, 12, 1)),
        update(Award).where(Award.id == "aw_2").values(currency="GBP", credit=Decimal("395.50")),
    )
    page = text_of(Console(container, "viewer").get("/admin/").text)
    assert "3 awards overdue £395.50 + $1,000.00" in page


def test_stores_and_awards_are_counted_with_their_lists(container, clock):
    clock.at = NOW
    AwardActions(container, 2)
    keep_store(container, "st_9", admitted_at=None, stage="not_admitted")
    console = Console(container, "viewer")
    assert "not counted yet" in console.get("/admin/").text
    count_programmes(container.at(NOW))
    page = console.get("/admin/").text
    for link in ("/admin/stores?stage=not_admitted", "/admin/awards?state=due"):
        assert f'href="{link}"' in page
        assert console.get(link).status_code == 200
    assert "2 · $1,000.00" in text_of(page)


def test_the_picture_has_its_numbers_as_a_table(calm):
    with calm.database.writing() as session:
        hourly_counts.add(session, NOW, {(HourlyKind.PROCESSED, ""): 1234, (HourlyKind.DEAD, ""): 2})
    page = Console(calm, "viewer").get("/admin/").text
    assert (
        page.count(
            "1,234 processed, 2 not processed, 0 refused in the last 24 hours; 23 hours before counting"
        )
        >= 3
    )
    table = text_of(page.partition("<tbody>")[2].partition("</tbody>")[0])
    assert "1,234 2 0" in table
    assert table.count("not counted") == 23 * 3


PAGES = ("/admin/", "/admin/stores", "/admin/deliveries", "/admin/account", "/admin/stores/st_1")


@pytest.mark.parametrize("path", PAGES)
def test_a_stopped_worker_is_said_on_every_page_with_since_when_and_what_to_do(calm, clock, path):
    console = Console(calm, "viewer")
    assert "worker-bar" not in console.get(path).text
    clock.move(seconds=31)
    bar = text_of(console.get(path).text.partition('<p class="worker-bar"')[2].partition("</p>")[0])
    assert f"Background work has stopped (since {NOW.day} Dec 2025, {NOW:%H:%M} )" in bar
    assert "flask --app wsgi worker" in bar


def test_a_worker_that_was_never_seen_is_said_to_be_so(container):
    assert "no worker has been seen yet" in Console(container, "viewer").get("/admin/stores").text


def test_the_last_sign_of_life_is_read_once_in_some_seconds_and_again_after_them(calm, clock):
    console = Console(calm, "viewer")
    console.get("/admin/stores")
    change(calm, update(Heartbeat).values(at=NOW - timedelta(minutes=5)))
    assert "worker-bar" not in console.get("/admin/stores").text
    clock.move(seconds=5)
    assert "worker-bar" in console.get("/admin/stores").text
    change(calm, update(Heartbeat).values(at=clock()))
    clock.move(seconds=-5)  # a clock that was put back does not stop the reading
    assert "worker-bar" not in console.get("/admin/stores").text


def test_who_is_not_signed_in_is_told_nothing_of_the_worker(container):
    assert "worker-bar" not in Console(container, None).get("/admin/sign-in").text
