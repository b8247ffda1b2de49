"""The console in a real browser, at desktop and phone width: staff can read it, and nothing overflows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.staff import Role
from receiver.services.decisions.decide import decide_store
from receiver.services.staff.members import add_staff
from receiver.storage.migrate import migrate
from tests.browser.conftest import EMAIL, PASSWORD, first_page, new_context, overflows_window, sign_in_by_form
from tests.capabilities import needs_chromium
from tests.conftest import make_settings
from tests.db_factories import keep_all, keep_store
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.serving import served

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """The address of a console with a store whose award is due, and one that has only begun."""
    file = tmp_path_factory.mktemp("console") / "receiver.db"
    settings = make_settings(database_url=f"sqlite:///{file}", public_url="http://127.0.0.1")
    container = build_container(settings, now=FrozenClock(SETTLED))
    migrate(container.database)
    add_staff(container.at(SETTLED), email=EMAIL, role=Role.VIEWER, password=PASSWORD, actor="test")
    decide_store(container.at(SETTLED), keep_all(container))
    decide_store(container.at(SETTLED), keep_store(container, "st_2", name="A shop " * 12, set_up_at=None))
    with served(create_app(container=container)) as address:
        yield address
    container.database.close()


@pytest.fixture(params=[1280, 390])
def stranger(request, chromium, console):
    """A page of the console in a browser in which nobody is signed in."""
    context = new_context(chromium, base_url=console)
    with first_page(context, request.param) as page:
        yield page
    context.close()


def test_staff_sign_in_go_from_the_list_to_a_due_award_and_sign_out(stranger):
    page = stranger
    sign_in_by_form(page)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto("/admin/stores")
    expect(page.get_by_role("heading", name="Stores")).to_be_visible()
    assert not overflows_window(page)
    page.get_by_role("link", name="Example store").click()
    expect(page.get_by_role("heading", name="Example store")).to_be_visible()
    expect(page.get_by_text("$500.00").first).to_be_visible()
    page.get_by_text("15 met").click()
    expect(page.get_by_text("The offer applies where your store is based: United States.")).to_be_visible()
    assert not overflows_window(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_stores_chart_is_shown_once_fits_and_its_numbers_open_below(page):
    page.goto("/admin/stores/st_1")
    expect(page.get_by_role("heading", name="Example store")).to_be_visible()
    chart = page.locator("svg.chart:visible")
    expect(chart).to_have_count(1)  # once the style sheet is there
    expect(page.get_by_role("img", name="Spend of Example store, 2025-11-02")).to_have_count(1)
    small = chart.locator("text").first.evaluate("text => text.getBoundingClientRect().height")
    assert small >= 10
    page.get_by_text("Each date in numbers").click()
    expect(page.get_by_role("cell", name="2 Nov 2025", exact=True)).to_be_visible()
    assert not overflows_window(page)


def test_pages_are_styled_and_the_browser_complains_of_nothing(page):
    page.goto("/admin/stores/st_1")
    colour = page.locator(".card").first.evaluate("card => getComputedStyle(card).borderTopStyle")
    assert (colour, page.complaints) == ("solid", [])
