"""The frame of the console's pages, with and without its script: skip link, search box, large targets."""

import pytest
from playwright.sync_api import expect

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.staff import Role
from receiver.services.decisions.decide import decide_store
from receiver.services.staff.members import add_staff
from receiver.storage.migrate import migrate
from tests.browser.conftest import EMAIL, PASSWORD, new_context, new_tab, sign_in_by_form
from tests.capabilities import needs_chromium
from tests.conftest import make_settings
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.serving import served

pytestmark = needs_chromium
FINGERTIP = 44  # px


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    file = tmp_path_factory.mktemp("script") / "receiver.db"
    settings = make_settings(database_url=f"sqlite:///{file}", public_url="http://127.0.0.1")
    container = build_container(settings, now=FrozenClock(SETTLED))
    migrate(container.database)
    add_staff(container.at(SETTLED), email=EMAIL, role=Role.OPERATOR, password=PASSWORD, actor="test")
    decide_store(container.at(SETTLED), keep_all(container))
    with served(create_app(container=container)) as address:
        yield address
    container.database.close()


def test_the_first_tab_skips_to_the_content_and_a_slash_goes_to_the_search_box(page):
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search the console")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.get_by_label("Search the console")).to_have_value("a/b")
    assert page.complaints == []


@pytest.mark.parametrize("path", ["/admin/", "/admin/stores", "/admin/account", "/admin/audit"])
def test_on_a_phone_what_is_pressed_is_as_large_as_a_fingertip(staff, path):
    with new_tab(staff, 390) as page:
        page.goto(path)
        targets = page.locator("header a, button, input:not([type=hidden],[type=checkbox]), select, summary")
        small = targets.evaluate_all(
            "(all, least) => all.filter(one => one.checkVisibility())"
            ".filter(one => one.getBoundingClientRect().height < least).map(one => one.outerHTML)",
            FINGERTIP,
        )
        assert small == []
        assert page.locator("header").bounding_box()["height"] <= 110


def test_without_a_script_the_frame_works(chromium, console):
    context = new_context(chromium, base_url=console, java_script_enabled=False)
    page = context.new_page()
    page.goto("/admin/")
    sign_in_by_form(page)
    page.get_by_label("Search the console").fill("Example")
    page.get_by_label("Search the console").press("Enter")
    expect(page.get_by_role("heading", name="Example store", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    context.close()
