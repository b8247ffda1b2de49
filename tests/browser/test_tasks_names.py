"""Tasks of a new operator: a store by its ad account, an hour of deliveries, all of it by keyboard and phone.

Each counts clicks, and keys that act as one. Typing is no click.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.staff import Role
from receiver.services.decisions.decide import decide_store
from receiver.services.deliveries.process import process_next
from receiver.services.staff.members import add_staff
from receiver.storage.migrate import migrate
from tests.browser.clicking_user import ClickingUser
from tests.browser.conftest import EMAIL, PASSWORD, new_tab, overflows_window, signed_in
from tests.browser.test_console_accessible import complaints_of
from tests.capabilities import needs_axe, needs_chromium
from tests.conftest import make_settings
from tests.db_factories import keep_all, keep_store
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.serving import served
from tests.signals import keep_one, signal

pytestmark = [needs_chromium, needs_axe]
YESTERDAY = SETTLED - timedelta(days=1)


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """A console with a linked store, and one whose messages came yesterday at 10:15 and at 11:15."""
    file = tmp_path_factory.mktemp("tasks") / "receiver.db"
    settings = make_settings(database_url=f"sqlite:///{file}", public_url="http://127.0.0.1")
    clock = FrozenClock(SETTLED)
    container = build_container(settings, now=clock)
    migrate(container.database)
    add_staff(container.at(SETTLED), email=EMAIL, role=Role.OPERATOR, password=PASSWORD, actor="test")
    decide_store(container.at(SETTLED), keep_all(container))
    keep_store(container, "st_7e733d50aa11", name="Tin Roof Hot Sauce", url="https://tinroof.example/")
    for seq, minutes in ((1, 15), (2, 75)):
        clock.at = YESTERDAY.replace(hour=10, minute=0) + timedelta(minutes=minutes)
        keep_one(container, "st_7e733d50aa11", signal(seq, home_url="https://staging.example/"))
        process_next(container.at(clock.at))
    clock.at = SETTLED
    with served(create_app(container=container)) as address:
        yield address
    container.database.close()


@pytest.fixture
def user(page):
    return ClickingUser(page)


def test_task_4_a_store_is_found_by_its_ad_account_from_any_page_without_a_click(page, user):
    """In the version before it took a click, and the result did not show what it had matched."""
    page.goto("/admin/audit")
    page.keyboard.press("/")
    page.keyboard.type("7001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Example store", level=1)).to_be_visible()
    assert user.clicks == 0
    assert page.complaints == []


def test_task_10_the_deliveries_of_yesterday_from_ten_to_eleven_are_listed(page, user):
    """In the version before it was impossible: filters took dates only, and no name."""
    page.goto("/admin/")
    user.click(page.get_by_role("link", name="Deliveries", exact=True).first)
    page.get_by_label("From").fill(f"{YESTERDAY:%Y-%m-%d}T10:00")
    page.get_by_label("To", exact=True).fill(f"{YESTERDAY:%Y-%m-%d}T11:00")
    page.get_by_label("Store", exact=True).fill("tin roof")
    user.press("Enter")
    expect(page.get_by_text("1 delivery", exact=False).first).to_be_visible()
    expect(page.get_by_role("link", name="Tin Roof Hot Sauce")).to_have_count(1)
    user.click(page.get_by_role("link", name="yesterday"))
    expect(page.get_by_role("link", name="Tin Roof Hot Sauce")).to_have_count(2)
    assert user.clicks == 3
    assert complaints_of(page) == []


def test_a_typed_error_in_a_name_is_no_all_clear(page):
    page.goto("/admin/deliveries?store=Tin+Rof")
    expect(page.locator("main [role=alert]")).to_have_text("No store matches “Tin Rof”.")
    expect(page.get_by_text("No deliveries match")).to_have_count(0)
    assert complaints_of(page) == []


def test_task_11_the_keyboard_reaches_the_first_delivery_and_replays_it(page):
    """In the version before the first card was Tab 12 and "Replay all" Tab 31; now two links skip to it."""
    page.goto("/admin/deliveries?state=dead")
    for _ in range(2):  # past the bar, past the filters
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    tabs = 2
    first = page.get_by_role("checkbox").first
    while not first.evaluate("box => box === document.activeElement"):
        page.keyboard.press("Tab")
        tabs += 1
        assert tabs < 12
    page.keyboard.press("Space")
    page.get_by_role("button", name="Replay selected").press("Enter")
    expect(page.get_by_text("1 delivery to process once more")).to_be_visible()


def test_task_11_at_390_px_nothing_runs_over_and_a_store_is_no_screen_tall(staff):
    with new_tab(staff, 390) as page:
        for path in ("/admin/deliveries", "/admin/audit", "/admin/search?text=e", "/admin/deliveries/1"):
            page.goto(path)
            assert not overflows_window(page), path
            assert complaints_of(page) == [], path
        page.goto("/admin/deliveries")
        assert (
            page.locator("tbody tr").first.bounding_box()["height"] < 354
        )  # px, the height of a row of Stores in the version before


def test_an_id_is_copied_whole_and_a_list_renews_itself_but_not_under_the_readers_hand(chromium, console):
    with signed_in(chromium, console, 1280) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.clock.install()
        page.goto("/admin/deliveries?store=tin")
        page.get_by_role("button", name="Copy st_7e733d50aa11").first.click()
        expect(page.get_by_role("button", name="Copy st_7e733d50aa11").first).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == "st_7e733d50aa11"
        page.get_by_role("heading", level=1).click()  # moves the focus away from the button
        page.evaluate("document.activeElement.blur(); document.querySelector('#deliveries').dataset.old = 1")
        page.get_by_role("checkbox").first.check()
        page.evaluate("document.activeElement.blur()")
        page.clock.run_for(21_000)
        expect(page.locator("#deliveries[data-old]")).to_have_count(1)  # a delivery is selected
        page.get_by_role("checkbox").first.uncheck()
        page.evaluate("document.activeElement.blur()")
        page.clock.run_for(21_000)
        expect(page.locator("#deliveries[data-old]")).to_have_count(0)
        assert page.complaints == []
