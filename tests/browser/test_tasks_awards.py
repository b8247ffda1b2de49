"""Tasks of a new operator in a real browser: each in fewer clicks than in the version before.

Task 3 issues all due awards, task 6 reads the sums promised and issued, task 8 invites a colleague.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.staff import Role
from receiver.services.programmes.statistics import count_programmes
from receiver.services.staff.members import add_staff
from receiver.storage.migrate import migrate
from receiver.storage.tables import Award, Store
from tests.award_fixtures import NOW, AwardActions
from tests.browser.clicking_user import ClickingUser
from tests.browser.conftest import EMAIL, PASSWORD, new_context, overflows_window, signed_in
from tests.capabilities import needs_chromium
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.serving import served

pytestmark = needs_chromium
# In clicks. Before, the sums took one click: now the first page has them, and one click leads to the rest.
# A colleague could not be invited at all.
BEFORE = {"issue all due awards": 5}
MOST = {"promised and issued": 1, "let a colleague in": 2}
NAMES = ("Night Owl", "Salt Flat", "Tin Roof", "Quiet Corner")


@pytest.fixture
def awards(tmp_path_factory):
    """Four due awards: one flagged, one overdue, one in pounds."""
    folder = tmp_path_factory.mktemp("awards")
    settings = make_settings(database_url=f"sqlite:///{folder}/receiver.db", public_url="http://127.0.0.1")
    container = build_container(settings, now=FrozenClock(NOW))
    migrate(container.database)
    add_staff(container.at(NOW), email=EMAIL, role=Role.OPERATOR, password=PASSWORD, actor="test")
    awards = AwardActions(container, len(NAMES))
    with container.database.writing() as session:
        for number, name in enumerate(NAMES):
            session.get_one(Store, f"st_{number}").name = name
        session.get_one(Award, "aw_0").flags = ["spend_restated"]
        session.get_one(Award, "aw_1").due_by = date(2025, 12, 1)
        pounds = session.get_one(Award, "aw_2")
        pounds.currency, pounds.credit = "GBP", Decimal(395)
    yield awards
    container.database.close()


@pytest.fixture
def console(awards):
    with served(create_app(container=awards.container)) as address:
        yield address


def sums(*amounts: str) -> re.Pattern[str]:
    """Return a pattern of the four sums of a currency, in their order on the page."""
    names = ("Promised", "Issued", "Arrived", "At risk")
    parts = (f"{name}\\s*{re.escape(amount)}" for name, amount in zip(names, amounts, strict=True))
    return re.compile("\\s*".join(parts))


def test_6_what_was_promised_and_issued_is_told_at_once_and_in_full_in_one_click(chromium, console, awards):
    count_programmes(awards.container.at(NOW))
    with signed_in(chromium, console, 1280) as page:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto("/admin/")
            expect(page.get_by_text("£395.00 + $1,500.00").first).to_be_visible()  # on the first page
            user = ClickingUser(page)
            user.click_menu("Programme")
            pounds, dollars = (page.locator("dl.sums").nth(number) for number in (0, 1))
            expect(pounds).to_have_text(sums("£395.00", "£0.00", "£0.00", "£0.00"))
            expect(dollars).to_have_text(sums("$1,500.00", "$0.00", "$0.00", "$1,000.00"))
            assert not overflows_window(page), width
            assert page.complaints == [], width
            assert user.clicks <= MOST["promised and issued"], width


def test_3_all_due_awards_are_issued_at_once(chromium, console, awards):
    with signed_in(chromium, console, 1280) as page:
        user = ClickingUser(page)
        user.click_menu("Awards")
        for number, name in enumerate(NAMES):
            page.get_by_label(f"Reference of {name}").fill(f"TT-{number}")
        user.click_button("Check")
        expect(page.get_by_role("status").first).to_contain_text("1 flagged award is left out unless ticked")
        row = page.locator("tr", has_text="Tin Roof")
        for words in ("£395.00", "7000002", "TT-2", "will be recorded"):
            expect(row).to_contain_text(words)
        assert [awards.award(award_id).state for award_id in awards.ids] == ["due"] * 4
        user.click(page.get_by_label("Record Night Owl all the same"))
        user.click_button("Record as issued")
        expect(page.get_by_role("heading", name="Recorded")).to_be_visible()
        expect(page.get_by_text("4 awards are recorded as issued: £395.00 and $1,500.00.")).to_be_visible()
        assert page.complaints == []
    assert [awards.award(award_id).reference for award_id in awards.ids] == ["TT-0", "TT-1", "TT-2", "TT-3"]
    assert user.clicks < BEFORE["issue all due awards"]


def test_a_wrong_reference_is_corrected_on_the_awards_page(chromium, console, awards):
    awards.issue("TT-3", "aw_3")
    with signed_in(chromium, console, 390) as page:
        page.goto("/admin/awards/aw_3")
        page.get_by_text("Correct the reference").click()
        page.get_by_label("The right reference, or the code itself").fill("TT-33")
        page.get_by_label("Why the one before is wrong").fill("two digits were missed")
        page.get_by_role("button", name="Correct reference").click()
        expect(page.get_by_text("Applied to the account: TT-33")).to_be_visible()
        expect(page.get_by_text("two digits were missed")).to_be_visible()
        assert not overflows_window(page)
    assert awards.award("aw_3").reference == "TT-33"


def test_8_a_colleague_is_let_in_to_read(chromium, console):
    with signed_in(chromium, console, 1280) as page:
        user = ClickingUser(page)
        user.click_menu("Team")
        page.get_by_label("E-mail").fill("bob@staff.example")
        user.click_button("Invite")
        password = page.locator("code.token").first.inner_text()
        assert page.complaints == []
    assert user.clicks <= MOST["let a colleague in"]
    context = new_context(chromium, viewport={"width": 390, "height": 844}, base_url=console)
    page_of_colleague = context.new_page()
    page_of_colleague.goto("/admin/awards?state=any")
    page_of_colleague.get_by_label("E-mail").fill("bob@staff.example")
    page_of_colleague.get_by_label("Password").fill(password)
    page_of_colleague.get_by_role("button", name="Sign in").click()
    page_of_colleague.get_by_label("Current password").fill(password)
    page_of_colleague.get_by_label("New password", exact=True).fill("a-password-of-bobs-own")
    page_of_colleague.get_by_label("Repeat the new password").fill("a-password-of-bobs-own")
    page_of_colleague.locator("main form button").click()
    expect(page_of_colleague.get_by_role("heading", name="Awards")).to_be_visible()  # where he wanted to go
    expect(page_of_colleague.get_by_text("Night Owl")).to_be_visible()
    page_of_colleague.goto("/admin/team")
    expect(page_of_colleague.get_by_role("button", name="Invite")).to_have_count(0)
    assert not overflows_window(page_of_colleague)
    context.close()
