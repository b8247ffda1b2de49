"""Two tasks of an operator, in Chromium: see whether all is well, and what happened in a past hour."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, update

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.audit import AuditAction
from receiver.domain.staff import Role
from receiver.services.staff.members import add_staff
from receiver.storage import audit, heartbeats, polls
from receiver.storage.migrate import migrate
from receiver.storage.tables import Heartbeat
from tests.browser.conftest import EMAIL, PASSWORD, overflows_window, signed_in
from tests.capabilities import needs_chromium
from tests.conftest import make_settings
from tests.db_factories import keep_link, keep_store
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.serving import served
from tests.web.admin.test_overview_page import keep_delivery

pytestmark = needs_chromium

AT_TEN = SETTLED.replace(hour=10, minute=0) - timedelta(days=1)
SIGNS = ("Last delivery", "Oldest waiting", "Background work", "TikTok calls", "Figures fresh")


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """A service at work since yesterday, where a store had trouble at ten."""
    file = tmp_path_factory.mktemp("tasks") / "receiver.db"
    settings = make_settings(database_url=f"sqlite:///{file}", public_url="http://127.0.0.1")
    container = build_container(settings, now=FrozenClock(SETTLED))
    migrate(container.database)
    add_staff(container.at(SETTLED), email=EMAIL, role=Role.VIEWER, password=PASSWORD, actor="test")
    keep_store(container, name="Tin Roof Hot Sauce")
    keep_link(container)
    keep_delivery(container, "a", store_id="st_1", received_at=AT_TEN + timedelta(minutes=10))
    keep_delivery(container, "b", store_id="st_1", received_at=AT_TEN + timedelta(minutes=70))
    keep_delivery(container, "c", state="processed", ended_at=SETTLED, received_at=SETTLED)
    with container.database.writing() as session:
        polls.note_poll(session, "7001", AT_TEN + timedelta(minutes=20), "TikTok is closed")
        at = AT_TEN + timedelta(minutes=40)
        audit.record(session, at, "bob@staff.example", AuditAction.STORES_ADMIT, "st_1", {})
    yield container
    container.database.close()


@pytest.fixture(scope="module")
def console(container):
    with served(create_app(container=container)) as address:
        yield address


@pytest.fixture
def worker(container):
    """A worker that has just sent its heartbeat."""
    with container.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, SETTLED)
    yield
    with container.database.writing() as session:
        session.execute(delete(Heartbeat))


@contextmanager
def count_clicks(page):
    """Open the first page, and yield a list that grows with each click from there on, on any page."""
    clicks = []
    page.expose_function("clicked", lambda: clicks.append(1))
    page.add_init_script("addEventListener('click', () => clicked(), true)")
    page.goto("/admin/")
    yield clicks


def test_whether_all_is_well_is_seen_without_a_click(page, worker):
    """In the version before, only the absence of alarms showed it."""
    with count_clicks(page) as clicks:
        signs = page.get_by_role("list").filter(has_text="Last delivery").get_by_role("listitem")
        expect(signs).to_have_count(len(SIGNS))
        for sign, name in zip(signs.all(), SIGNS, strict=True):
            expect(sign).to_contain_text(name)
        expect(signs.filter(has_text="Background work")).to_contain_text("OK")
        expect(signs.filter(has_text="Background work")).to_contain_text("just now")
        expect(page.get_by_role("img", name="Deliveries by the hour")).to_have_count(1)
    assert clicks == []
    assert not overflows_window(page)
    assert page.complaints == []


@pytest.fixture(params=[1280, 390])
def page_with_clock(request, chromium, console):
    """The first page in a browser of its own, whose clock the test moves."""
    with signed_in(chromium, console, request.param) as page:
        page.clock.install()
        yield page


def test_the_overview_renews_itself_when_the_worker_stops(page_with_clock, worker, container):
    page = page_with_clock
    page.reload()
    expect(page.get_by_text("Background work has stopped")).to_have_count(0)
    with container.database.writing() as session:
        session.execute(update(Heartbeat).values(at=SETTLED - timedelta(minutes=5)))
    page.clock.run_for(31_000)
    expect(page.locator("#overview").get_by_text("Background work has stopped")).to_be_visible()
    assert page.complaints == []


def test_yesterday_from_ten_to_eleven_is_seen_with_two_clicks(page, worker):
    """In the version before this was impossible: filters took dates, and there was no common list."""
    with count_clicks(page) as clicks:
        page.get_by_role("link", name="Timeline").click()
        page.get_by_label("From").fill(f"{AT_TEN:%Y-%m-%dT%H:%M}")
        page.get_by_label("To", exact=True).fill(f"{AT_TEN + timedelta(hours=1):%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Show").click()
        entries = page.get_by_role("main").get_by_role("listitem")
        expect(entries).to_have_count(3)
        expect(entries.nth(0)).to_contain_text("bob@staff.example admitted store Tin Roof Hot Sauce")
        expect(entries.nth(1)).to_contain_text("Polled ad account 7001: TikTok is closed")
        expect(entries.nth(2)).to_contain_text("Received from TikTok")
        expect(page.get_by_label("From")).to_have_value(f"{AT_TEN:%Y-%m-%dT%H:%M}")
    assert len(clicks) == 2
    assert not overflows_window(page)
    assert page.complaints == []
