"""Each page that the console's bar leads to is accessible: axe finds no violation."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.staff import Role
from receiver.services.decisions.decide import decide_store
from receiver.services.staff.members import add_staff
from receiver.services.staff.tokens import make_token
from receiver.storage.migrate import migrate
from tests.browser.conftest import EMAIL, PASSWORD, axe_violations, overflows_window, signed_in
from tests.capabilities import needs_axe, needs_chromium
from tests.conftest import make_settings
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.fakes import FrozenClock
from tests.serving import served

pytestmark = [needs_chromium, needs_axe]
WIDTHS = (390, 1280)
BESIDE = (
    "/admin/account",
    "/admin/account/password",
    "/admin/stores/st_1",
    "/admin/stores/st_1/end-access",
    "/admin/stores/st_1/fact",
    "/admin/stores/st_1/fact?name=linked_at",
    "/admin/stores/st_1/fact?name=payment",
    "/admin/stores/st_1/fact?name=override&rule=store_market",
    "/admin/stores/st_1/merchant-view?language=th",
    "/admin/stores/st_1/merge",
    "/admin/stores/st_1/secret",
    "/admin/problems?state=acknowledged",
    "/admin/replays",
    "/admin/replays/new?since=2025-01-01",
    "/admin/rejections/quarantine",
    "/admin/rejections",
    "/admin/awards?state=any",
    "/admin/awards/file",
    "/admin/programme/load",
    "/admin/programme/woocommerce-2025/terms",
    "/admin/programme/woocommerce-2025/waiting",
    "/admin/team/1",
    "/admin/nowhere",
    "/admin/search",
    "/admin/search?text=e",
)


@pytest.fixture
def page(chromium, console):
    """A page at one width: each page is checked at both."""
    with signed_in(chromium, console, WIDTHS[0]) as page:
        yield page


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    file = tmp_path_factory.mktemp("accessible") / "receiver.db"
    settings = make_settings(database_url=f"sqlite:///{file}", public_url="http://127.0.0.1")
    container = build_container(settings, now=FrozenClock(SETTLED))
    migrate(container.database)
    add_staff(container.at(SETTLED), email=EMAIL, role=Role.OPERATOR, password=PASSWORD, actor="test")
    make_token(container.at(SETTLED), email=EMAIL, name="reports", actor=EMAIL)
    decide_store(container.at(SETTLED), keep_all(container))
    with served(create_app(container=container)) as address:
        yield address
    container.database.close()


def test_axe_finds_no_violation_and_nothing_runs_over(page):
    bar = page.get_by_role("navigation", name="Console")
    expect(bar).to_be_visible()
    leads_to = bar.get_by_role("link").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert {"/admin/", "/admin/audit"} <= set(leads_to)
    complaints_by_page = {path: complaints_at_each_width(page, path) for path in [*leads_to, *BESIDE]}
    page.goto("/admin/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    complaints_by_page["sign-in"] = complaints_at_each_width(page)
    assert {path: complaints for path, complaints in complaints_by_page.items() if complaints} == {}


def complaints_at_each_width(page: Page, path: str = "") -> list[str]:
    """Return the complaints of the page at a path, or of the current page, at each width."""
    if path:
        page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    complaints = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        complaints += [f"{width}: {item}" for item in complaints_of(page)]
    return complaints


def complaints_of(page: Page) -> list[str]:
    return [*axe_violations(page), *(["runs over"] if overflows_window(page) else [])]
