"""Every store of the sandbox's world stands where its story says, on the first day and as the year goes on.

The world begins here as it does under `make run`: its stores deliver over HTTP, the real client polls the
stand-in for TikTok, staff act through the services. Then the worker's own jobs run at later moments.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from receiver.container import Container, build_container
from receiver.documents.status import full_document, status_document
from receiver.domain.facts import Outcome, as_known_at
from receiver.sandbox.paths import SandboxPaths, find_paths
from receiver.sandbox.scenario.merchants import MERCHANTS
from receiver.sandbox.scenario.seed import seed_sandbox
from receiver.sandbox.scenario.tiktok_server import build_accounts
from receiver.sandbox.scenario.timeline import list_events
from receiver.sandbox.serving import served
from receiver.sandbox.tiktok.api import BASE, create_tiktok
from receiver.services.decisions.status import Status, status_of
from receiver.services.evaluation.facts import facts_from
from receiver.services.evaluation.records import records_of
from receiver.services.inbox.quarantine import page_of_quarantine
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage.tables import Delivery, Store
from receiver.worker.jobs import every_minute
from receiver.worker.loop import work_inbox
from tests.conftest import folder_in_memory, make_settings
from tests.fakes import FrozenClock
from tests.forbidden_pairs import violations

BORN = datetime(2026, 11, 23, tzinfo=UTC)
EARLY, LATE = 0.02, 23.9  # hours of a day; all that is not said to be late begins early

# What each story promises: the stage on day 0, after 30, after 60 and, the credit having expired after 180
# days, after 200.
OVER = "programme_over"
PROMISED = {
    "morning-roast": ("accumulating", "due", "due", "due"),
    "brass-button": ("awaiting_setup", "awaiting_setup", "awaiting_setup", OVER),
    "fox-and-thimble": ("awaiting_link", "awaiting_link", "awaiting_link", OVER),
    "slow-tide": ("awaiting_spend", "awaiting_spend", "awaiting_spend", OVER),
    "lotus-row": ("accumulating", "due", "due", "due"),
    "harbour-lights": ("due", "due", "due", "due"),
    "cobalt-sky": ("settling", "ended", "ended", OVER),
    "peak-outfitters": ("due", "due", "due", "due"),
    "juniper-press": ("issued", "issued", "issued", "expired"),
    "marigold-market": ("credited", "credited", "credited", "expired"),
    "second-chance": ("not_admitted", "not_admitted", "not_admitted", OVER),
    "last-call": (OVER, OVER, OVER, OVER),
    "paper-crane": ("ended", "ended", "ended", OVER),
    "blumenwiese": ("ineligible", "ineligible", "ineligible", OVER),
    "old-town-books": ("ineligible", "ineligible", "ineligible", OVER),
    "silver-comet": ("blocked", "blocked", "blocked", "blocked"),
    "velvet-anchor": ("accumulating", "held", "held", OVER),
    "copper-kettle": ("accumulating", "settling", "settling", OVER),
    "fern-and-fable": ("held", "held", "held", OVER),
    "night-owl": ("held", "held", "held", OVER),
    "tin-whistle": ("due", "due", "due", "due"),
    "salt-flat": ("awaiting_setup", "awaiting_setup", "awaiting_setup", OVER),
    "quiet-corner": ("awaiting_setup", "awaiting_setup", "awaiting_setup", OVER),
    "tin-roof": ("awaiting_setup", "awaiting_setup", "awaiting_setup", OVER),
}
# The rules that stand at unknown for as long as the world lasts, and those that fail, with the day from
# which they may. None of the former is ever one of the latter.
UNKNOWN = {
    "velvet-anchor": {"not_yet_advertising"},
    "copper-kettle": {"account_linked"},
    "fern-and-fable": {"account_once", "merchant_once"},
    "night-owl": {"spend_reached"},
    # What they sent was refused, or is held: they may be set up and linked for all we know.
    "salt-flat": {"integration_set_up", "account_linked"},
    "quiet-corner": {"integration_set_up", "account_linked"},
    "tin-roof": {"integration_set_up", "account_linked"},
}
FAILED = {
    "last-call": {"programme_open": 0, "credit_in_time": 0, "spend_reached": 30},
    "paper-crane": {"spend_reached": 0},
    "cobalt-sky": {"spend_reached": 30},  # 35 days after its window the bill is still not paid
    "blumenwiese": {"store_market": 0},
    "old-town-books": {"not_yet_advertising": 0},
    "silver-comet": {"good_standing": 0},
}
# The awards there are on the first day: credit, currency, flags.
AWARDED = {
    "harbour-lights": ("395.00", "GBP", []),
    "peak-outfitters": ("5000.00", "USD", []),
    "juniper-press": ("1500.00", "USD", []),
    "marigold-market": ("500.00", "USD", []),
    "tin-whistle": ("5000.00", "USD", ["spend_restated"]),
}


class Scenario:
    """The sandbox's stores and the service, at a clock that a test moves."""

    def __init__(self, container: Container, clock: FrozenClock, paths: SandboxPaths) -> None:
        self.container, self.clock, self.paths = container, clock, paths
        self.state = seed_sandbox(container, paths)

    def run_until(self, day: int) -> None:
        """Run all that the worker does until that day's hour, in one go."""
        self.clock.at += timedelta(days=day) - (self.clock.at - BORN) // timedelta(days=1) * timedelta(days=1)
        while work_inbox(self.container):
            pass
        for job in every_minute(self.container):
            job.run(Event())

    def status(self, key: str) -> Status:
        return status_of(self.container.at(self.clock()), self.state.stores[key].id)

    def document(self, key: str) -> dict[str, Any]:
        return status_document(self.status(key).decision)

    def statuses(self) -> dict[str, Status]:
        """Return the status of each store that is there."""
        return {key: self.status(key) for key in self.state.stores}

    def stages(self) -> dict[str, str]:
        return stages_of(self.statuses())

    def forbidden(self, key: str, status: Status) -> list[str]:
        """Return what the document of a store says although its facts forbid it."""
        with self.container.database.reading() as session:
            store = session.get_one(Store, self.state.stores[key].id)
            facts = facts_from(records_of(session, store, self.clock()), self.clock())
        known_facts = as_known_at(facts, self.clock())
        return violations(known_facts, status.decision, full_document(status, for_staff=True))

    def deliveries(self, key: str) -> list[Delivery]:
        store_id = self.state.stores[key].id
        with self.container.database.reading() as session:
            query = select(Delivery).where(Delivery.store_id == store_id).order_by(Delivery.id)
            return list(session.scalars(query))


def stages_of(statuses: dict[str, Status]) -> dict[str, str]:
    return {key: status_document(status.decision)["stage"] for key, status in statuses.items()}


def rules_of(statuses: dict[str, Status], outcome: Outcome) -> dict[str, set[str]]:
    """Return by store the rules that have an outcome; stores without any are left out."""
    rules_by_store = {
        key: {rule.id for rule in status.decision.rules if rule.outcome is outcome}
        for key, status in statuses.items()
    }
    return {key: rules for key, rules in rules_by_store.items() if rules}


def open_scenario(database_url: str, folder: Path, hours: float) -> Iterator[Scenario]:
    clock = FrozenClock(BORN + timedelta(hours=hours))
    paths = find_paths({"SANDBOX_FOLDER": str(folder / "sandbox")})
    paths.folder.mkdir(exist_ok=True)
    with served(create_tiktok(build_accounts(BORN.date()), clock)) as tiktok:
        settings = make_settings(database_url=database_url, tiktok_api_url=tiktok + BASE)
        container = build_container(settings, now=clock)
        try:
            yield Scenario(container, clock, paths)
        finally:
            container.database.close()


@pytest.fixture(scope="module")
def seeded_folder() -> Iterator[Path]:
    """A folder with a seeded world and its database, to be copied: replaying so many histories takes long."""
    with folder_in_memory() as folder:
        for _ in open_scenario(f"sqlite:///{folder}/receiver.db", folder, EARLY):
            pass
        yield folder


@pytest.fixture
def morning(seeded_folder: Path, memory_path: Path) -> Iterator[Scenario]:
    yield from copy_of_morning(seeded_folder, memory_path)


def copy_of_morning(seeded_folder: Path, folder: Path) -> Iterator[Scenario]:
    shutil.copytree(seeded_folder, folder, dirs_exist_ok=True)
    yield from open_scenario(f"sqlite:///{folder}/receiver.db", folder, EARLY)


@dataclass(frozen=True)
class Snapshot:
    """The stages and rules of all stores on one day."""

    stages: dict[str, str]
    unknown: dict[str, set[str]]
    failed: dict[str, set[str]]
    forbidden: dict[str, list[str]]


@pytest.fixture(scope="module")
def snapshots(seeded_folder: Path) -> dict[int, Snapshot]:
    """The snapshots of one walk through the year, by day."""
    by_day = {}
    with folder_in_memory() as folder:
        for world in copy_of_morning(seeded_folder, folder):
            for day in (0, 30, 60, 175, 200):
                world.run_until(day)
                statuses = world.statuses()
                forbidden = {key: texts for key in PROMISED if (texts := world.forbidden(key, statuses[key]))}
                unknown, failed = rules_of(statuses, Outcome.UNKNOWN), rules_of(statuses, Outcome.FAIL)
                by_day[day] = Snapshot(stages_of(statuses), unknown, failed, forbidden)
    return by_day


def test_every_store_stands_where_its_story_says_and_no_unknown_becomes_a_no(
    snapshots: dict[int, Snapshot],
) -> None:
    for position, day in enumerate((0, 30, 60, 200)):
        assert snapshots[day].stages == {key: stages[position] for key, stages in PROMISED.items()}
        assert snapshots[day].unknown == UNKNOWN
        assert snapshots[day].failed == failed_on(day)


def test_no_store_is_told_what_its_facts_forbid_on_any_day(snapshots: dict[int, Snapshot]) -> None:
    assert {day: snapshot.forbidden for day, snapshot in snapshots.items() if snapshot.forbidden} == {}


def failed_on(day: int) -> dict[str, set[str]]:
    expired = {"credit_in_time"} if day > 180 else set()
    rules_by_store = {
        key: expired | {rule for rule, since in FAILED.get(key, {}).items() if since <= day}
        for key in PROMISED
    }
    return {key: rules for key, rules in rules_by_store.items() if rules}


def test_it_may_begin_as_late_as_early(memory_path: Path) -> None:
    for world in open_scenario(f"sqlite:///{memory_path}/receiver.db", memory_path, LATE):
        world.run_until(0)
        statuses = world.statuses()
        assert stages_of(statuses) == {key: stages[0] for key, stages in PROMISED.items()}
        assert rules_of(statuses, Outcome.UNKNOWN) == UNKNOWN


def test_the_first_day_shows_each_thing_its_story_names(morning: Scenario) -> None:
    morning.run_until(0)
    documents = {merchant.key: morning.document(merchant.key) for merchant in MERCHANTS}
    awards = {
        key: (document["award"]["credit"], document["award"]["currency"], document["award"]["flags"])
        for key, document in documents.items()
        if document["award"]
    }
    assert awards == AWARDED
    assert documents["juniper-press"]["award"]["reference"] == "••••2210"
    assert documents["morning-roast"]["next_tier"]["threshold"] == "500.00"
    silks = documents["lotus-row"]
    assert (silks["account"]["timezone"], silks["account"]["country"]) == ("Asia/Bangkok", "US")
    (exclusion,) = silks["spend"]["excluded"]
    assert (exclusion["why"], float(exclusion["amount"]) > 0) == ("ad_credit", True)
    assert documents["night-owl"]["spend"]["provisional"] is True
    kites = documents["cobalt-sky"]
    assert kites["spend"]["qualifying"] == "416.00"
    assert kites["spend"]["excluded"] == [
        {"why": "tax", "amount": "33.28"},
        {"why": "not_paid", "amount": "364.00"},
    ]
    (text,) = [rule["text"] for rule in kites["rules"] if rule["id"] == "spend_reached"]
    assert "not all of it is paid yet" in text
    assert documents["last-call"]["programme"]["id"] == "woocommerce-2025"
    assert morning.status("copper-kettle").stale
    assert float(documents["copper-kettle"]["spend"]["qualifying"]) > 0
    assert not morning.status("morning-roast").stale


def test_deliveries_that_fail_are_refused_held_or_dead_with_their_reason(morning: Scenario) -> None:
    assert morning.deliveries("salt-flat") == []  # 401: not accepted, and held apart
    page = page_of_quarantine(morning.container.database, morning.state.stores["salt-flat"].id, limit=0)
    assert len(page.rows) == 2
    staging, outdated = morning.deliveries("quiet-corner"), morning.deliveries("tin-roof")
    assert {(item.state, item.error) for item in staging} == {
        (
            "dead",
            "held: the signal is of https://staging.quiet-corner.example/, "
            "the store is https://quiet-corner.example/",
        )
    }
    assert {(item.state, item.error) for item in outdated} == {
        ("dead", "arg.v: must be 1; this is another version of the signal")
    }
    fine = {merchant.key for merchant in MERCHANTS if merchant.trouble is None}
    assert {delivery.state for key in fine for delivery in morning.deliveries(key)} == {"processed"}


def test_what_staff_do_moves_a_story_on(morning: Scenario) -> None:
    container, stores = morning.container, morning.state.stores
    morning.run_until(0)
    slow_tide = stores["slow-tide"].id
    disconnect_store(container, slow_tide, reason="it asked us to", actor="test")
    fact = {"name": "paid_bills_confirmed", "value": "yes", "reason": "seen", "evidence": "invoice 7"}
    record_staff_fact(container, store_id=stores["night-owl"].id, **fact, actor="test")
    assert morning.document("second-chance")["stage"] == "awaiting_spend"
    assert morning.document("night-owl")["stage"] == "due"


def test_a_second_start_changes_nothing(morning: Scenario) -> None:
    morning.run_until(0)
    before = {merchant.key: morning.document(merchant.key) for merchant in MERCHANTS}
    deliveries = {merchant.key: len(morning.deliveries(merchant.key)) for merchant in MERCHANTS}
    again = seed_sandbox(morning.container, morning.paths)
    assert again == morning.state
    assert {merchant.key: morning.document(merchant.key) for merchant in MERCHANTS} == before
    assert {merchant.key: len(morning.deliveries(merchant.key)) for merchant in MERCHANTS} == deliveries


def only(patch: pytest.MonkeyPatch, keys: set[str]) -> None:
    """Reduce the sandbox to these stores, for tests that do not depend on how many there are."""
    few = [merchant for merchant in MERCHANTS if merchant.key in keys]
    assert {merchant.key for merchant in few} == keys
    patch.setattr("receiver.sandbox.scenario.seed.MERCHANTS", few)


def test_a_start_that_was_cut_short_is_made_good_by_the_next(
    memory_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    few = {"morning-roast", "harbour-lights", "juniper-press", "marigold-market", "night-owl", "quiet-corner"}
    only(monkeypatch, few)
    with monkeypatch.context() as patch:
        patch.setattr("receiver.sandbox.scenario.history_replay.issue", cut_short)
        with pytest.raises(KeyboardInterrupt):
            next(open_scenario(f"sqlite:///{memory_path}/receiver.db", memory_path, 8))
    for world in open_scenario(f"sqlite:///{memory_path}/receiver.db", memory_path, 8):
        world.run_until(0)
        assert world.stages() == {key: PROMISED[key][0] for key in few}


def test_a_world_of_fewer_stores_keeps_them_and_gains_the_others(
    memory_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three weeks ago the sandbox had four stores, told their signals, and knew of no further steps."""
    four = {"morning-roast", "harbour-lights", "peak-outfitters", "old-town-books"}
    others = {"fern-and-fable", "second-chance", "marigold-market", "salt-flat"}
    url = f"sqlite:///{memory_path}/receiver.db"
    only(monkeypatch, four)
    for world in open_scenario(url, memory_path, 8):
        world.run_until(0)
        ids = {key: world.state.stores[key].id for key in four}
    data = json.loads((memory_path / "sandbox" / "state.json").read_text())
    for store in data["stores"].values():
        store["told"] = 3
    (memory_path / "sandbox" / "state.json").write_text(json.dumps(data))
    only(monkeypatch, four | others)
    for world in open_scenario(url, memory_path, 8 + 20 * 24):
        world.run_until(20)
        stages = world.stages()
        assert {key: world.state.stores[key].id for key in four} == ids
        assert {key: stages[key] for key in four} == {
            "morning-roast": "due",
            "harbour-lights": "due",
            "peak-outfitters": "due",
            "old-town-books": "ineligible",
        }
        assert stages["fern-and-fable"] == "held"
        assert set(stages) == four | others


def test_every_life_is_lived_before_the_world_begins() -> None:
    for merchant in MERCHANTS:
        moments = [event.at for event in list_events(merchant, BORN.date())]
        assert moments == sorted(moments)
        assert all(at < BORN for at in moments)


def test_no_two_stores_share_an_address_or_an_account() -> None:
    assert len({merchant.url for merchant in MERCHANTS}) == len(MERCHANTS)
    numbers = [merchant.account.number for merchant in MERCHANTS if merchant.account]
    assert len(set(numbers)) == len(numbers)


def test_every_store_has_a_promise() -> None:
    assert {merchant.key for merchant in MERCHANTS} == set(PROMISED)
