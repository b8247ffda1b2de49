"""The timeline in the console: filtered by period, store and kind; each entry links to its page."""

import json
import re
from datetime import timedelta

import pytest

from receiver.app import create_app
from receiver.domain.audit import AuditAction
from receiver.storage import audit, polls
from tests.award_fixtures import NOW
from tests.db_factories import keep_link, keep_store
from tests.staff import BASE, Console, staff_token
from tests.web.admin.test_overview_page import keep_delivery, text_of

YESTERDAY_AT_TEN = NOW.replace(hour=10) - timedelta(days=1)


@pytest.fixture
def yesterday(container, clock):
    """What happened yesterday from ten on, and one delivery of today."""
    clock.at = NOW
    keep_store(container, name="Tin Roof Hot Sauce")
    keep_link(container)
    keep_store(container, "st_2", name="Night Owl Lamps")
    keep_delivery(container, "a", store_id="st_1", received_at=YESTERDAY_AT_TEN + timedelta(minutes=10))
    keep_delivery(container, "b", store_id="st_2", received_at=YESTERDAY_AT_TEN + timedelta(minutes=65))
    keep_delivery(container, "c", received_at=NOW - timedelta(minutes=30))
    with container.database.writing() as session:
        polls.note_poll(session, "7001", YESTERDAY_AT_TEN + timedelta(minutes=20), "TikTok is closed")
        act = {"reason": "They called."}
        at = YESTERDAY_AT_TEN + timedelta(minutes=40)
        audit.record(session, at, "ann@staff.example", AuditAction.STORES_ADMIT, "st_1", act)
    return container


def entries_on(page):
    return re.findall(r"<li>(.*?)</li>", page.text.partition('<ol class="entry-list">')[2], re.DOTALL)


def test_yesterday_from_ten_to_eleven_shows_deliveries_polls_and_acts_together(yesterday):
    page = Console(yesterday, "viewer").get("/admin/timeline?since=2025-12-04T10:00&until=2025-12-04T11:00")
    act, poll, delivery = entries_on(page)
    assert "ann@staff.example admitted store Tin Roof Hot Sauce: They called." in text_of(act)
    assert "Polled ad account 7001: TikTok is closed" in text_of(poll)
    assert 'href="/admin/deliveries/1"' in delivery
    assert all('href="/admin/stores/st_1">Tin Roof Hot Sauce' in entry for entry in (act, poll, delivery))


def test_the_hours_are_those_of_the_readers_zone(yesterday):
    console = Console(yesterday, "viewer")
    console.post("/admin/account/zone", zone="Asia/Bangkok")
    entries = entries_on(console.get("/admin/timeline?since=2025-12-04T17:00&until=2025-12-04T18:00"))
    assert len(entries) == 3
    assert "4 Dec 2025, 17:40" in entries[0]


def test_part_of_a_stores_name_narrows_and_a_name_there_is_not_says_so(yesterday):
    console = Console(yesterday, "viewer")
    assert len(entries_on(console.get("/admin/timeline?store=tin+roof"))) == 3
    assert len(entries_on(console.get("/admin/timeline?store=tin+roof&kind=poll"))) == 1
    wrong = console.get("/admin/timeline?store=copper")
    assert wrong.status_code == 400
    assert "No store matches “copper”." in wrong.text
    assert "Nothing happened" not in wrong.text


@pytest.mark.parametrize(
    "query", ["since=nonsense", "until=2025-12-04T10:00&since=2025-12-04T10:00", "kind=gossip", "after=x"]
)
def test_what_was_typed_wrong_is_told_and_kept(yesterday, query):
    page = Console(yesterday, "viewer").get(f"/admin/timeline?{query}")
    assert page.status_code == 400
    assert 'role="alert"' in page.text


def test_quick_links_lead_to_the_last_hour_and_to_the_hours_around(yesterday):
    console = Console(yesterday, "viewer")
    page = console.get("/admin/timeline?since=2025-12-04T10:00&until=2025-12-04T11:00&kind=delivery").text
    links = {
        words: link.replace("&amp;", "&") for link, words in re.findall(r'href="([^"]+)">([^<]+)</a>', page)
    }
    assert len(entries_on(console.get(links["last hour"]))) == 1
    assert len(entries_on(console.get(links["later"]))) == 1
    assert len(entries_on(console.get(links["earlier"]))) == 0
    assert len(entries_on(console.get(links["yesterday"]))) == 2


def test_a_long_list_goes_on_behind_a_link_with_the_same_filters(yesterday):
    for number in range(60):
        keep_delivery(yesterday, f"more {number}", store_id="st_1", received_at=YESTERDAY_AT_TEN)
    console = Console(yesterday, "viewer")
    first = console.get("/admin/timeline?store=st_1&kind=delivery")
    assert len(entries_on(first)) == 50
    link = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    assert len(entries_on(console.get(link))) == 11


def test_what_is_not_kept_is_said(container):
    page = Console(container, "viewer").get("/admin/timeline").text
    assert "Nothing has happened yet." in page or "staff" in page
    assert "Not kept one by one: calls to TikTok and refused calls." in page


def test_an_hour_of_the_overview_leads_to_its_timeline(yesterday):
    console = Console(yesterday, "viewer")
    page = console.get("/admin/").text
    link = re.search(r'href="(/admin/timeline\?[^"]+)"><time datetime="2025-12-04T10:00', page)[1]
    assert len(entries_on(console.get(link.replace("&amp;", "&")))) == 3


def test_api_and_command_line_tell_the_same(yesterday):
    client = Console(yesterday, None).client
    token = staff_token(yesterday, "viewer")
    period = {"since": "2025-12-04T10:00:00Z", "until": "2025-12-04T11:00:00Z"}
    query = {**period, "store": "tin roof"}
    answer = client.get("/api/v1/admin/timeline", query_string=query, headers=token, base_url=BASE)
    assert [item["kind"] for item in answer.json["items"]] == ["act", "poll", "delivery"]
    arguments = ["--from", period["since"], "--to", period["until"], "--store", "tin roof", "--json"]
    result = create_app(container=yesterday).test_cli_runner().invoke(args=["timeline", *arguments])
    assert json.loads(result.stdout) == answer.json["items"]
    wrong = client.get("/api/v1/admin/timeline?store=copper", headers=token, base_url=BASE)
    assert wrong.status_code == 400
