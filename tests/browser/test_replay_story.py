"""Deliveries that died with their workers, found, understood and replayed by staff in a real browser."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from playwright.sync_api import expect

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.deliveries import MOST_TRIES
from receiver.domain.staff import Role
from receiver.services.deliveries.process import LEASE
from receiver.services.staff.members import add_staff
from receiver.storage import delivery_queue
from receiver.storage.migrate import migrate
from receiver.worker import loop
from tests.browser.conftest import EMAIL, PASSWORD, signed_in
from tests.browser.test_console_accessible import complaints_of
from tests.capabilities import needs_axe, needs_chromium
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.journeys.journey import JOINED, Journey
from tests.serving import served

pytestmark = [needs_chromium, needs_axe]
SIGNALS = ("integration_installed", "integration_set_up", "link_lost")


@pytest.fixture
def journey(tmp_path):
    """A store whose deliveries nobody processes yet."""
    settings = make_settings(database_url=f"sqlite:///{tmp_path}/receiver.db", public_url="http://127.0.0.1")
    container = build_container(settings, now=FrozenClock(JOINED))
    migrate(container.database)
    add_staff(container.at(JOINED), email=EMAIL, role=Role.OPERATOR, password=PASSWORD, actor="test")
    with served(create_app(container=container)) as address:
        yield Journey(container, container.now, {}, None, address)
    container.database.close()


@pytest.fixture
def start_worker(journey):
    """Starts a worker, which stops when the test ends."""
    stop = Event()
    thread = Thread(target=loop.run, args=(journey.container, stop, ()))
    yield thread.start
    stop.set()
    thread.join()


def lose_every_worker(journey):
    """Claim all deliveries as often as they may be tried, as workers that crash do."""
    for _ in range(MOST_TRIES):
        with journey.container.database.writing() as session:
            assert len(delivery_queue.claim(session, journey.clock(), 50, LEASE)) == len(SIGNALS)
        journey.clock.move(minutes=5)


def test_what_died_is_found_understood_replayed_and_seen_processed(chromium, journey, start_worker):
    for event in SIGNALS:
        assert journey.signal(event) == 200
    lose_every_worker(journey)
    assert journey.status()["stage"] == "awaiting_setup"
    start_worker()
    with signed_in(chromium, journey.base_url, 1280) as page:
        reload_until_shown(page, page.get_by_role("link", name="3 messages we could not process"))
        page.get_by_role("link", name="3 messages we could not process").click()
        page.get_by_role("link", name="1", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("every worker that took it was lost")
        expect(page.get_by_text("It was signed with the current secret.")).to_be_visible()
        expect(page.get_by_text("It is not retried. Fix the cause, then replay it.")).to_be_visible()

        page.go_back()
        page.get_by_role("link", name="Replay all").click()
        expect(page.get_by_text("3 deliveries to process once more")).to_be_visible()
        expect(page.get_by_text("Nothing changed yet.")).to_be_visible()
        page.get_by_label("Reason: what was put right").fill("the worker has enough memory now")
        page.get_by_label("Speed limit (per second)").fill("1")
        page.get_by_role("button", name="Replay 3").click()

        progress = page.get_by_label("Deliveries replayed")
        expect(progress).to_have_js_property("value", 1)
        page.get_by_role("link", name="Pause").click()
        expect(page.get_by_role("link", name="Resume updates")).to_be_visible()
        assert complaints_of(page) == []
        page.get_by_role("link", name="Resume updates").click()
        for replayed in (2, 3):  # the page renews itself
            journey.clock.move(seconds=1)
            expect(progress).to_have_js_property("value", replayed)
        expect(page.get_by_text("done", exact=True)).to_be_visible()
        page.get_by_role("cell", name="1", exact=True).get_by_role("link").click()
        expect(page.get_by_text("the worker has enough memory now")).to_be_visible()
        expect(page.get_by_text("processed", exact=True)).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        assert complaints_of(page) == []
        page.get_by_role("link", name="Overview").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        expect(page.get_by_text("could not process")).to_have_count(0)
        assert page.complaints == []
    assert journey.status()["stage"] != "awaiting_setup"


def reload_until_shown(page, locator):
    """Reload the page until the worker has got so far that a locator shows."""
    for _ in range(20):
        if locator.count():
            return
        page.wait_for_timeout(250)
        page.reload()
    expect(locator).to_be_visible()
