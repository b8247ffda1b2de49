"""Tasks of an operator on the pages of stores, in Chromium: each with no more clicks than it took before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import update

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.staff import Role
from receiver.services.decisions.decide import decide_store
from receiver.services.staff.members import add_staff
from receiver.storage.migrate import migrate
from receiver.storage.tables import Account, Link, RecordedFact, Store
from tests.browser.clicking_user import ClickingUser
from tests.browser.conftest import EMAIL, PASSWORD, first_page, overflows_window
from tests.capabilities import needs_chromium
from tests.conftest import make_settings
from tests.db_factories import keep_account, keep_day, keep_link, keep_store
from tests.factories import FIRST, JOINED, SETTLED
from tests.fakes import FrozenClock
from tests.serving import served

pytestmark = needs_chromium
# By store and its ad account; each is of a merchant of its own.
NAMES = {
    "st_1": ("7001", "Night Owl Lamps"),  # its kind of payment is unknown: staff have to record it
    "st_2": ("7002", "Old Town Books"),  # advertised before it linked
    "st_3": ("7003", "Copper Kettle Teas"),  # withdrew its consent
    "st_4": ("7004", "Tin Whistle Music"),  # its award is due
}


LATE = date(2025, 11, 25)  # its window is open at SETTLED


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    file = tmp_path_factory.mktemp("stores") / "receiver.db"
    settings = make_settings(database_url=f"sqlite:///{file}", public_url="http://127.0.0.1")
    container = build_container(settings, now=FrozenClock(SETTLED))
    migrate(container.database)
    add_staff(container.at(SETTLED), email=EMAIL, role=Role.OPERATOR, password=PASSWORD, actor="test")
    for store_id, (advertiser, name) in NAMES.items():
        keep_store(container, store_id)
        keep_link(container, store_id, advertiser)
        keep_account(container, advertiser)
        is_on_its_way = name == "Copper Kettle Teas"
        spent, began = ("310.00", LATE) if is_on_its_way else ("600.00", FIRST)
        keep_day(container, spent, began, advertiser)
        with container.database.writing() as session:
            session.execute(update(Store).where(Store.id == store_id).values(name=name))
    with container.database.writing() as session:
        unknown = update(RecordedFact).where(RecordedFact.store_id == "st_1")
        session.execute(unknown.values(value="unknown"))
        early = update(Link).where(Link.store_id == "st_2")
        session.execute(early.values(prior_spend=Decimal(560)))
        old = update(Account).where(Account.advertiser_id == "7002")
        session.execute(old.values(created_at=JOINED - timedelta(days=90)))
        revoked = update(Link).where(Link.store_id == "st_3")
        session.execute(revoked.values(consent=False, consent_lost="withdrawn", token_encrypted=None))
    for store_id in NAMES:
        decide_store(container.at(SETTLED), store_id)
    with served(create_app(container=container)) as address:
        yield address
    container.database.close()


@contextmanager
def operator(staff, width=1280) -> Iterator[ClickingUser]:
    with first_page(staff, width) as page:
        yield ClickingUser(page)
        assert page.complaints == []
        assert not overflows_window(page)


def is_on_the_first_screen(target: Locator) -> bool:
    target.page.wait_for_load_state()  # with its style sheets
    box = target.bounding_box()
    assert box is not None
    return box["y"] + box["height"] <= 844


def test_task_2_a_held_award_is_understood_and_put_right_in_three_clicks(staff):
    """Before: five clicks and four fields, one of them a free text with nine grammars."""
    with operator(staff) as user:
        page = user.page
        user.find_store("Night Owl Lamps")
        question = page.get_by_role("group", name="Are the bills for this spend paid?")
        assert is_on_the_first_screen(question)
        user.click(question.get_by_label("yes"))
        form = page.locator("form.fact-form", has=question)
        form.get_by_label("Reason").fill("The merchant sent the bill.")
        form.get_by_label("Evidence").fill("ticket 7")
        user.click(form.get_by_role("button", name="Show what it changes"))
        expect(page.get_by_role("row", name="stage held due")).to_be_visible()
        user.click(page.get_by_role("button", name="Save"))
        expect(page.get_by_text("Saved: Bills paid: yes.")).to_be_visible()
        expect(page.get_by_role("heading", level=1).get_by_text("due")).to_be_visible()
        assert user.clicks < 5


@pytest.mark.parametrize("width", [1280, 390])
def test_task_2_why_a_store_gets_no_credit_stands_on_the_first_screen(staff, width):
    """Before: two clicks, and row 9 of 15 below the charts."""
    with operator(staff, width) as user:
        user.find_store("Old Town Books")
        rule = user.page.get_by_role("heading", name="No earlier advertising not met")
        expect(rule).to_be_visible()
        assert is_on_the_first_screen(rule)
        assert user.clicks < 2


def test_task_2_a_lost_consent_says_one_thing_and_what_to_send(staff):
    """Before: one click, two messages that contradicted each other, and no action for staff."""
    with operator(staff) as user:
        page = user.page
        user.find_store("Copper Kettle Teas")
        expect(
            page.get_by_text("The authorization to read your ad account was withdrawn.").first
        ).to_be_visible()
        expect(page.get_by_text("Keep your campaign running")).to_have_count(0)
        send = page.get_by_role("link", name="Open in e-mail")
        assert is_on_the_first_screen(send)
        assert "withdrawn" in str(send.get_attribute("href"))
        assert user.clicks < 1


def test_task_7_an_award_is_blocked_and_lifted_and_the_merchant_reads_why(staff):
    """Before: four clicks and one, and the merchant read another reason."""
    with operator(staff) as user:
        page = user.page
        user.find_store("Tin Whistle Music")
        user.click(page.get_by_role("link", name="Block this award"))
        page.get_by_label("What the merchant is told").select_option("spend_restated")
        page.get_by_label("Reason, for staff only").fill("figures fell")
        user.click(page.get_by_role("button", name="Block award"))
        expect(page.get_by_text("Blocked: figures fell")).to_be_visible()
        assert user.clicks < 4

        page.goto("/admin/stores/st_4/merchant-view")
        message = "Our team has stopped your ad credit: TikTok corrected the spend that had earned it."
        expect(page.get_by_text(message)).to_be_visible()
        expect(page.get_by_text("figures fell")).to_have_count(0)

        page.go_back()
        page.get_by_label("Reason for lifting").fill("they came back")
        user.click(page.get_by_role("button", name="Lift block"))
        expect(page.get_by_label("Reference, or the code itself")).to_be_visible()
        assert user.clicks < 5


def test_task_9_what_the_merchant_sees_is_a_click_away_in_each_language(staff):
    """Before: it could not be seen."""
    with operator(staff) as user:
        page = user.page
        user.find_store("Old Town Books")
        user.click(page.get_by_role("link", name="As the merchant sees it"))
        expect(page.get_by_text("Preview, to read only.")).to_be_visible()
        expect(page.get_by_text("only accounts without spend in that time take part.").first).to_be_visible()
        assert user.clicks == 1
        user.click(page.get_by_role("link", name="Español"))
        expect(page.get_by_text("Qué hacer ahora:")).to_be_visible()


def test_a_printed_page_holds_the_whole_case_and_no_button(staff):
    with operator(staff) as user:
        page = user.page
        user.find_store("Old Town Books")
        evidence = page.get_by_text("prior spend: 560.00")
        expect(evidence).to_be_hidden()
        page.emulate_media(media="print")
        expect(evidence).to_be_visible()
        expect(
            page.get_by_text("The offer applies where your store is based: United States.")
        ).to_be_visible()
        expect(page.get_by_role("heading", name="History")).to_be_visible()
        for selector in ("button", "nav", "form", "#letter", ".less-common", "footer"):
            assert page.locator(f"{selector}:visible").count() == 0, selector
        assert page.pdf(format="A4").startswith(b"%PDF")
