"""Deliveries in the console: found by filters in the address, understood on their own page."""

import re

import pytest
from sqlalchemy import select, update

from receiver.services.deliveries.process import process_next
from receiver.storage.tables import AuditEntry, Delivery
from tests.signals import add_shop, body_of, keep_one, signal
from tests.staff import Console


@pytest.fixture
def dead(container):
    """The id of a delivery that is held, since its signal is another shop's."""
    number = keep_one(container, add_shop(container).id, signal(home_url="https://other.example/"))
    process_next(container)
    return number


def test_a_dead_delivery_is_found_and_understood(container, dead):
    viewer = Console(container, "viewer")
    assert f"/admin/deliveries/{dead}" in viewer.get("/admin/deliveries?state=dead&search=other.example").text
    assert "No deliveries match." in viewer.get("/admin/deliveries?state=processed").text
    page = viewer.get(f"/admin/deliveries/{dead}").text
    assert "held: the signal is of https://other.example/" in page
    assert "dead, by worker" in page
    assert "It is not retried. Fix the cause, then replay it." in page
    assert "Which secret signed it is unknown." in page
    assert "integration_installed" in page
    for wrong in ("state=lost", "since=yesterday", "after=x", "search=" + "x" * 201):
        assert viewer.get(f"/admin/deliveries?{wrong}").status_code == 400


def test_what_cannot_be_replayed_is_not_offered(container, dead):
    with container.database.writing() as session:
        session.execute(update(Delivery).values(body=None))
    page = Console(container).get(f"/admin/deliveries/{dead}").text
    assert "Its body was dropped, so it cannot be processed again." in page
    assert "Replay delivery" not in page


def test_only_operators_get_the_bytes_and_the_log_tells_it(container, dead):
    assert Console(container, "viewer").post(f"/admin/deliveries/{dead}/raw").status_code == 403
    download = Console(container).post(f"/admin/deliveries/{dead}/raw")
    assert download.data == body_of(signal(home_url="https://other.example/"))
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert Console(container).get(f"/admin/deliveries/{dead}/raw").status_code == 405
    with container.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "delivery read raw")).all()
    assert [item.actor for item in entries] == ["operator@staff.example"]


def test_a_store_is_named_found_by_part_of_its_name_and_never_falsely_calm(container, dead):
    viewer = Console(container, "viewer")
    page = viewer.get("/admin/deliveries?store=ample+sho").text
    assert ">Example shop</a>" in page
    assert f">{dead}</a>" in page
    for typo in ("Exmaple", "Tin Rof"):
        answer = viewer.get(f"/admin/deliveries?store={typo}")
        assert (answer.status_code, f"No store matches “{typo}”." in answer.text) == (400, True)
        assert "No deliveries match" not in answer.text
    add_shop(container, "https://second.example/", name="Second example")
    both = viewer.get("/admin/deliveries?store=example").text
    assert f">{dead}</a>" in both
    assert "No deliveries match." in viewer.get("/admin/deliveries?store=Second").text
    assert "Example shop" in viewer.get(f"/admin/deliveries/{dead}").text


def test_hours_are_asked_for_in_the_readers_zone_and_stay_in_the_fields(container, clock, dead):
    viewer = Console(container, "viewer")
    viewer.post("/admin/account/zone", zone="America/New_York")  # it is 12:00 UTC, 07:00 there
    page = viewer.get("/admin/deliveries?since=2025-11-20T07:00&until=2025-11-20T07:01").text
    assert f">{dead}</a>" in page
    assert 'name="since" value="2025-11-20T07:00"' in page
    assert "No deliveries match." in viewer.get("/admin/deliveries?until=2025-11-20T07:00").text
    assert "Enter a date and time for “To”." in viewer.get("/admin/deliveries?until=noon").text
    links = re.findall(r'href="/admin/deliveries\?([^"]*)">(last hour|today|yesterday)<', page)
    assert links == [
        ("since=2025-11-20T06:00", "last hour"),
        ("since=2025-11-20T00:00", "today"),
        ("since=2025-11-19T00:00&amp;until=2025-11-20T00:00", "yesterday"),
    ]


def test_states_are_links_with_their_counts_that_keep_the_other_filters(container, dead):
    viewer = Console(container, "viewer")
    page = viewer.get("/admin/deliveries").text
    assert re.search(r'state=dead" ><span class="badge bad">dead</span> <strong>1</strong>', page)
    assert re.search(r'state=processed" ><span class="badge ok">processed</span> <strong>0</strong>', page)
    assert "store=Example&amp;state=dead" in viewer.get("/admin/deliveries?store=Example").text
    assert "<strong>1</strong>" not in viewer.get("/admin/deliveries?search=other").text


def test_names_are_asked_for_once_a_page(container):
    viewer, path = Console(container, "viewer"), "/admin/deliveries"
    keep_one(container, add_shop(container).id, signal(1))
    few = viewer.count_queries(path)
    for number in range(5):
        keep_one(container, add_shop(container, f"https://{number}.example/").id, signal(number))
    assert viewer.count_queries(path) == few
