"""Deliveries in the console: found by filters in the address, understood on their own page."""

import pytest
from sqlalchemy import select, update

from receiver.services.deliveries.process import process_next
from receiver.storage.tables import AuditEntry, Delivery
from tests.signals import add_shop, body_of, keep_one, signal
from tests.staff import Console


@pytest.fixture
def dead(container):
    """The id of one that is held, for its signal is another shop's."""
    number = keep_one(container, add_shop(container).id, signal(home_url="https://other.example/"))
    process_next(container.database, container.now())
    return number


def test_a_dead_delivery_is_found_and_understood(container, dead):
    viewer = Console(container, "viewer")
    assert f"/admin/deliveries/{dead}" in viewer.get("/admin/deliveries?state=dead&search=other.example").text
    assert "Nothing fits" in viewer.get("/admin/deliveries?state=processed").text
    page = viewer.get(f"/admin/deliveries/{dead}").text
    assert "held: the signal is of https://other.example/" in page
    assert "dead, by worker" in page
    assert "Put right what is wrong, then replay it." in page
    assert "Which secret signed it is unknown." in page
    assert "integration_installed" in page
    for wrong in ("state=lost", "since=yesterday", "after=x", "search=" + "x" * 201):
        assert viewer.get(f"/admin/deliveries?{wrong}").status_code == 400


def test_what_cannot_be_replayed_is_not_offered(container, dead):
    with container.database.writing() as session:
        session.execute(update(Delivery).values(body=None))
    page = Console(container).get(f"/admin/deliveries/{dead}").text
    assert "Its body was dropped: it cannot be processed again." in page
    assert "Replay it" not in page


def test_only_operators_get_the_bytes_and_the_log_tells_it(container, dead):
    assert Console(container, "viewer").post(f"/admin/deliveries/{dead}/raw").status_code == 403
    got = Console(container).post(f"/admin/deliveries/{dead}/raw")
    assert got.data == body_of(signal(home_url="https://other.example/"))
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert Console(container).get(f"/admin/deliveries/{dead}/raw").status_code == 405
    with container.database.reading() as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "delivery read raw")).all()
    assert [item.actor for item in told] == ["operator@staff.example"]
