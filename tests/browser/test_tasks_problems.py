"""The first task of an operator: find the deliveries that failed, fix the secret, replay in bulk.

In the version before, replaying all dead deliveries took three clicks, and two more for each of three stores
to learn its name; the secret could not be fixed in the console at all.
"""

from __future__ import annotations

from threading import Event, Thread

import pytest
import requests
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, update

from receiver.app import create_app
from receiver.container import build_container
from receiver.domain.deliveries import DeliveryReason
from receiver.domain.staff import Role
from receiver.services.deliveries.process import process_next
from receiver.services.problems.track import track_problems
from receiver.services.staff.members import add_staff
from receiver.storage.migrate import migrate
from receiver.storage.tables import Delivery, Quarantined
from receiver.worker import loop
from tests.browser.clicking_user import ClickingUser
from tests.browser.conftest import EMAIL, PASSWORD, signed_in
from tests.browser.test_console_accessible import complaints_of
from tests.capabilities import needs_axe, needs_chromium
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.journeys.journey import JOINED
from tests.raw_http import signed_headers
from tests.serving import served
from tests.signals import add_shop, body_of, keep_one, signal

pytestmark = [needs_chromium, needs_axe]
BEFORE = 3 + 2 * 3  # clicks
THEIRS = "what the shop signs with"
STAGING = "https://staging.quiet.example/"


@pytest.fixture
def container(tmp_path):
    settings = make_settings(database_url=f"sqlite:///{tmp_path}/receiver.db", public_url="http://127.0.0.1")
    container = build_container(settings, now=FrozenClock(JOINED))
    migrate(container.database)
    add_staff(container.at(JOINED), email=EMAIL, role=Role.OPERATOR, password=PASSWORD, actor="test")
    yield container
    container.database.close()


@pytest.fixture
def console(container):
    """A service to which three stores have sent what it could not use, each for another reason."""
    with served(create_app(container=container)) as address:
        salt = add_shop(container, "https://salt.example/", name="Salt Flat").id
        for seq in (1, 2, 3):
            body = body_of(signal(seq, home_url="https://salt.example/"))
            answer = requests.post(
                f"{address}/webhooks/woocommerce/{salt}",
                data=body,
                headers=dict(signed_headers(body, THEIRS)),
                timeout=60,
            )
            assert answer.status_code == 401
        quiet = add_shop(container, "https://quiet.example/", name="Quiet Corner").id
        keep_one(container, quiet, signal(1, home_url=STAGING))
        tin = add_shop(container, "https://tin.example/", name="Tin Roof").id
        for seq in (1, 2):
            keep_one(container, tin, signal(seq, home_url="https://tin.example/"))
        with container.database.writing() as session:
            of_tin = update(Delivery).where(Delivery.store_id == tin)
            values = {"state": "dead", "reason": DeliveryReason.WORKERS_LOST, "due_at": None}
            session.execute(of_tin.values(**values, error="every worker that took it was lost", tries=9))
        process_next(container)
        track_problems(container)
        container.now.move(minutes=5)
        yield address


@pytest.fixture
def worker(container):
    stop = Event()
    thread = Thread(target=loop.run, args=(container, stop, ()))
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.usefixtures("worker")
def test_failed_deliveries_are_found_the_secret_is_fixed_and_the_rest_replayed(chromium, container, console):
    with signed_in(chromium, console, 1280) as page:
        user = ClickingUser(page)
        problems = page.get_by_role("navigation", name="Console").get_by_role("link", name="Problems")
        expect(problems).to_contain_text("3")
        user.click(problems)
        for name in ("Salt Flat", "Quiet Corner", "Tin Roof"):  # no click to learn whose they are
            expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        expect(page.get_by_text("Sent by another address (https://staging.quiet.example/).")).to_be_visible()
        assert complaints_of(page) == []

        user.click(page.get_by_role("link", name="Set the secret"))
        page.get_by_label("Secret").fill(THEIRS)
        user.click(page.get_by_role("button", name="Try it on the messages held"))
        expect(page.get_by_text("3 of 3 messages")).to_be_visible()
        assert complaints_of(page) == []
        user.click(page.get_by_role("button", name="Save secret and accept 3 messages"))
        expect(page.get_by_role("heading", name="Secret saved")).to_be_visible()
        assert THEIRS not in page.content()

        user.click(page.get_by_role("link", name="Back to Problems"))
        expect(page.get_by_role("link", name="Salt Flat", exact=True)).to_have_count(0)
        problem = page.locator("#workers_lost")
        user.click(problem.get_by_role("link", name="Replay 2"))
        expect(page.get_by_text("2 deliveries to process once more")).to_be_visible()
        page.get_by_label("Reason: what was put right").fill("the worker has enough memory now")
        user.click(page.get_by_role("button", name="Replay 2"))
        expect(page.get_by_text("done", exact=True)).to_be_visible()
    assert user.clicks < BEFORE
    with container.database.reading() as session:
        assert session.scalars(select(Quarantined)).all() == []
        states = session.scalars(select(Delivery.state).order_by(Delivery.state)).all()
    assert states == ["dead", *["processed"] * 5]


@pytest.mark.usefixtures("worker")
def test_a_replay_that_fails_again_ends_amber_and_leads_to_a_replay_of_just_those(chromium, console):
    with signed_in(chromium, console, 390) as page:
        page.goto("/admin/problems")
        assert complaints_of(page) == []
        page.locator("#elsewhere").get_by_role("link", name="Replay 1").click()
        page.get_by_label("Reason: what was put right").fill("nothing, to see")
        page.get_by_role("button", name="Replay 1").click()
        outcome = page.get_by_text("done, 1 failed")
        expect(outcome).to_be_visible()
        page.wait_for_load_state()  # its style sheets are there
        assert colour(outcome) == colour_of(page, "theirs")
        assert complaints_of(page) == []
        page.get_by_role("link", name="Replay the failed").click()
        expect(page.get_by_text("1 delivery to process once more that failed in replay 1")).to_be_visible()

        page.goto("/admin/deliveries")
        page.get_by_role("button", name="Replay selected").click()
        expect(page.get_by_text("Select at least one delivery.")).to_be_visible()


def test_a_staging_copy_is_acknowledged_where_it_is_seen(chromium, console):
    with signed_in(chromium, console, 1280) as page:
        page.goto("/admin/problems")
        copy = page.locator("#elsewhere")
        copy.get_by_text("Acknowledge", exact=True).click()
        copy.get_by_label("Note: what you know or do about it").fill("their developer's test shop")
        copy.get_by_role("button", name="Acknowledge problem").click()
        expect(page.locator("#elsewhere")).to_have_count(0)
        page.get_by_role("link", name="Acknowledged").click()
        expect(page.get_by_text("their developer's test shop").first).to_be_visible()
        page.get_by_role("link", name="Quiet Corner", exact=True).click()
        expect(page.get_by_text("their developer's test shop").first).to_be_visible()


def colour(of: Locator) -> str:
    return str(of.evaluate("element => getComputedStyle(element).backgroundColor"))


def colour_of(page: Page, name: str) -> str:
    script = """name => {
        const element = document.createElement("i");
        element.className = name;
        document.body.append(element);
        return getComputedStyle(element).backgroundColor;
    }"""
    return str(page.evaluate(script, name))
