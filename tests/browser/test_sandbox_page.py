"""The sandbox's page in a real browser: the clock is moved and the page follows it, without a script."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from playwright.sync_api import expect

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.staff import Role
from receiver.sandbox.clock import mover
from receiver.sandbox.controls import Controls
from receiver.services.decisions.decide import decide_store
from receiver.services.staff.members import add_staff
from receiver.storage.migrate import migrate
from tests.browser.conftest import EMAIL, PASSWORD, overflows_window
from tests.capabilities import needs_chromium
from tests.conftest import make_settings
from tests.db_factories import keep_account, keep_store
from tests.fakes import FrozenClock
from tests.serving import served

pytestmark = needs_chromium
REAL = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """The address of a sandbox's console; the only store's programme ends on 30 January."""
    patch, folder = pytest.MonkeyPatch(), tmp_path_factory.mktemp("sandbox")
    patch.setattr("receiver.sandbox.clock.movable_clock.utc_now", FrozenClock(REAL))
    database = f"sqlite:///{folder}/receiver.db"
    container = build_container(
        make_settings(database_url=database, public_url="http://127.0.0.1", sandbox_folder=folder)
    )
    migrate(container.database)
    add_staff(container.at(REAL), email=EMAIL, role=Role.OPERATOR, password=PASSWORD, actor="test")
    decide_store(container.at(REAL), keep_store(container, name="Example store", set_up_at=None))
    keep_account(container, "7001", name="An ad account " * 9, next_poll_at=None)
    stop = Event()
    process = Thread(target=mover.serve, args=(container, Controls(folder), stop))
    process.start()
    with served(create_app(container=container)) as address:
        yield address
    stop.set()
    process.join()
    container.database.close()
    patch.undo()


@pytest.fixture
def sandbox_page(page):
    page.goto("/admin/")
    page.get_by_role("link", name="Sandbox").click()
    return page


# The clock moves once, since that takes long; its result is looked at in both widths.
@pytest.mark.parametrize("page", [1280], indirect=True)
def test_a_button_moves_the_clock_and_the_page_follows_to_what_changed(sandbox_page):
    expect(sandbox_page.get_by_text("20 Jan 2026, 12:00").first).to_be_visible()
    sandbox_page.get_by_role("button", name="+30 days").click()
    sandbox_page.get_by_role("heading", name="What changed from").wait_for()
    expect(sandbox_page.get_by_text("30 days ahead of real time")).to_be_visible()
    assert "19 Feb 2026, 12:00" in sandbox_page.locator("header").inner_text()
    changed = sandbox_page.locator("tr", has_text="2026-01-31")
    expect(changed.get_by_text("programme over")).to_be_visible()
    for width in (1280, 390):
        sandbox_page.set_viewport_size({"width": width, "height": 844})
        expect(changed.get_by_role("link", name="Example store")).to_be_visible()
        assert not overflows_window(sandbox_page), width
    changed.get_by_role("link", name="Example store").click()
    expect(sandbox_page.get_by_role("heading", name="Example store")).to_be_visible()
    assert sandbox_page.complaints == []


def test_faults_are_switched_for_one_account_and_off_again(sandbox_page):
    account = "An ad account " * 9
    sandbox_page.get_by_label("Switch on for").select_option(label=account.strip())
    sandbox_page.get_by_role("button", name="Switch maintenance on").click()
    off = sandbox_page.get_by_role("button", name="Switch maintenance off for An ad account")
    expect(off).to_be_visible()
    assert not overflows_window(sandbox_page)
    assert sandbox_page.get_by_label("Switch on for").input_value() == "7001"
    off.click()
    expect(off).to_have_count(0)
    assert sandbox_page.complaints == []
