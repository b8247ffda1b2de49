"""The audit log in the console and by the API: the same entries, found by the same filters."""

import re

import pytest

from receiver.services.stores.admit import admit_store
from receiver.storage import audit
from tests.db_factories import keep_store
from tests.staff import Console, staff_token

API = "/api/v1/admin/audit"


@pytest.fixture
def viewer(container):
    keep_store(container, admitted_at=None)
    admit_store(container, "st_1", actor="cli:<bob>")
    return Console(container, "viewer")


def test_a_change_is_told_in_a_sentence_with_links(viewer):
    page = viewer.get("/admin/audit").text
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page))
    assert "20 Nov 2025, 12:00 cli:&lt;bob&gt; admitted store Example store" in text
    assert '<a href="/admin/stores/st_1">Example store</a>' in page
    assert "test let viewer@staff.example in as staff role: viewer" in text


def test_an_award_and_a_review_lead_to_their_own_pages(viewer, container):
    with container.database.writing() as session:
        for subject in ("aw_1", "rv_1", "delivery 7", "replay 3"):
            audit.record(session, container.now(), "ann", "facts set", subject, {})
    page = viewer.get("/admin/audit").text
    assert '<a href="/admin/awards/aw_1">aw_1</a>' in page
    assert '<a href="/admin/reviews/rv_1">rv_1</a>' in page
    assert '<a href="/admin/deliveries/7">delivery 7</a>' in page
    assert '<a href="/admin/replays/3">replay 3</a>' in page


def test_filters_stand_in_the_address_and_stay_on_the_next_page(viewer, container):
    for number in range(60):
        with container.database.writing() as session:
            audit.record(session, container.now(), "ann", "facts set", "st_1", {"n": f"fact-{number:02}"})
    first = viewer.get("/admin/audit?actor=ann&store=st_1&since=2025-11-20&until=2025-11-20").text
    assert "fact-10" in first
    assert "fact-09" not in first
    assert 'name="since" value="2025-11-20T00:00"' in first
    assert 'name="until" value="2025-11-21T00:00"' in first  # a date alone is all of that day
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = viewer.get(following).text
    assert "fact-09" in second
    assert "admitted" not in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("until=2025-11-19", "No entries match."),
        ("since=yesterday", "Enter a date and time for “From”."),
        ("since=2025-11-20&until=9999-12-31", "Enter a date and time for “To”."),
        ("after=x", "After must be"),
        ("store=Tin+Rof", "No store matches “Tin Rof”."),
    ],
)
def test_what_finds_nothing_says_so(viewer, query, message):
    assert message in viewer.get(f"/admin/audit?{query}").text


def test_the_api_answers_the_same_in_pages(viewer, container):
    token = staff_token(container, "viewer")
    first = viewer.client.get(f"{API}?limit=1&store=st_1", headers=token).json
    assert first["next"] is None
    assert first["items"] == [
        {
            "id": 1,
            "at": "2025-11-20T12:00:00Z",
            "actor": "cli:<bob>",
            "action": "stores admit",
            "subject": "st_1",
            "store": "st_1",
            "store_name": "Example store",
            "detail": {},
        }
    ]
    every = viewer.client.get(f"{API}?limit=3", headers=token).json
    assert [item["action"] for item in every["items"]] == ["staff token", "staff sign-in", "staff add"]
    rest = viewer.client.get(f"{API}?after={every['next']}", headers=token).json
    assert [item["action"] for item in rest["items"]] == ["stores admit"]
    for until in ("2025-11-20", "0001-01-01T00:00:00%2B14:00"):  # without a zone; before the calendar
        refused = viewer.client.get(f"{API}?until={until}", headers=token)
        assert (refused.status_code, refused.json["error"][:18]) == (400, "until: Not a valid")
