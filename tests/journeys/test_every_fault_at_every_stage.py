"""Every fault of TikTok's, trouble of a shop and stage together: no document holds a forbidden pair.

TikTok is called over HTTP for each stage and fault. A shop's trouble is only written to the store's row:
tests/wp_bridge/test_store.py proves which trouble each fault of a shop leads to.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from receiver.container import Container, build_container
from receiver.documents.status import full_document
from receiver.domain.decision import Stage
from receiver.domain.troubles import READ_AT_ALL, READ_FOR_PROGRESS
from receiver.integrations.tiktok.client import TikTokClient
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.faults import Fault, Faults
from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_from, status_of
from receiver.services.evaluation.facts import facts_from
from receiver.services.evaluation.records import records_of
from receiver.services.polling.poll import poll_due
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import connections, stores, tables
from tests.conftest import make_settings
from tests.db_factories import keep_link, keep_store
from tests.fakes import FrozenClock
from tests.forbidden_pairs import violations
from tests.journeys.journey import each_day
from tests.serving import served
from tests.wp_bridge.test_store import FAULTS as SHOP_TROUBLES

# Seconds to wait for TikTok: a machine that is busy answers late too, and only one fault is never to answer.
PATIENCE, IMPATIENCE = 20.0, 0.2
STORE, ADVERTISER = "st_1", "7400000000000000101"
FIRST = date(2025, 11, 2)
OPEN, CLOSED = datetime(2025, 11, 20, 13, tzinfo=UTC), datetime(2025, 12, 3, 13, tzinfo=UTC)
SETTLED = datetime(2025, 12, 5, 13, tzinfo=UTC)
OVER = datetime(2026, 2, 3, 13, tzinfo=UTC)
LATER = timedelta(hours=30)  # more than a day: figures that were not read are stale


def store_row(**values: Any) -> Callable[[Container], None]:
    def change(container: Container) -> None:
        with container.database.writing() as session:
            for name, value in values.items():
                setattr(session.get_one(tables.Store, STORE), name, value)

    return change


def award_row(**values: Any) -> Callable[[Container], None]:
    def change(container: Container) -> None:
        with container.database.writing() as session:
            for name, value in values.items():
                setattr(session.query(tables.Award).one(), name, value)

    return change


def record_fact(name: str, value: str) -> Callable[[Container], None]:
    def change(container: Container) -> None:
        fact = {"value": value, "reason": "told", "evidence": "T-1", "actor": "test"}
        record_staff_fact(container, store_id=STORE, name=name, **fact)

    return change


def no_link(container: Container) -> None:
    with container.database.writing() as session:
        session.query(tables.Link).one().ended_at = container.now()


ISSUED = {"state": "issued", "delivery": "applied", "reference": "REF-1"}
# The spend of each day, the moment, and what else has happened.
STAGES: dict[Stage, tuple[str, datetime, tuple[Callable[[Container], None], ...]]] = {
    Stage.NOT_ADMITTED: ("20.00", OPEN, (store_row(admitted_at=None),)),
    Stage.AWAITING_SETUP: ("20.00", OPEN, (store_row(set_up_at=None),)),
    Stage.AWAITING_LINK: ("20.00", OPEN, (no_link,)),
    Stage.AWAITING_SPEND: ("0.00", OPEN, ()),
    Stage.ACCUMULATING: ("20.00", OPEN, ()),
    Stage.SETTLING: ("20.00", CLOSED, ()),
    Stage.DUE: ("20.00", SETTLED, ()),
    Stage.ISSUED: ("20.00", SETTLED, (award_row(**ISSUED),)),
    Stage.CREDITED: ("20.00", SETTLED, (award_row(**{**ISSUED, "state": "credited"}),)),
    Stage.EXPIRED: ("20.00", SETTLED, (award_row(**{**ISSUED, "state": "expired"}),)),
    Stage.BLOCKED: ("20.00", OPEN, (record_fact("safety_flag", "yes"),)),
    Stage.PROGRAMME_OVER: ("0.00", OVER, ()),
    Stage.ENDED: ("1.00", SETTLED, ()),
    Stage.INELIGIBLE: ("20.00", OPEN, (store_row(country="FR"),)),
    Stage.HELD: ("20.00", SETTLED, (record_fact("payment", "unknown"),)),
}
# At these stages the changes are made before the first decision.
BEFORE_AWARD = set(Stage) - {Stage.ISSUED, Stage.CREDITED, Stage.EXPIRED}
PASSING = {
    *(Fault.TIMEOUT, Fault.BAD_GATEWAY, Fault.MAINTENANCE, Fault.SYSTEM_ERROR, Fault.PROCESSING_ERROR),
    *(Fault.PARTLY_OK, Fault.APP_RATE_LIMIT, Fault.APP_TOO_FREQUENT, Fault.ADVERTISER_RATE_LIMIT),
    *(Fault.GARBLED, Fault.EMPTY_REPORT, Fault.EMPTY_LIST),
}
WITHOUT_SPEND = {Stage.AWAITING_SPEND, Stage.PROGRAMME_OVER}  # where an empty report is correct
# The trouble a fault must lead to while figures matter; other faults are valid answers of TikTok.
REACHES = {
    **dict.fromkeys(PASSING, "figures_stale"),
    Fault.WRONG_PARAMETER: "reading_refused",
    Fault.EXPIRED_TOKEN: "consent_expired",
    Fault.REVOKED_TOKEN: "consent_withdrawn",
    Fault.NO_PERMISSION: "account_unreachable",
    Fault.ACCOUNT_MISSING: "account_missing",
}


class StagedStore:
    """A store at one stage beside a TikTok on a socket; its database is copied for each fault."""

    def __init__(
        self, folder: Path, tiktok: str, faults: Faults, accounts: dict[str, SandboxAccount]
    ) -> None:
        self.folder, self.tiktok, self.faults, self.accounts = folder, tiktok, faults, accounts
        self.clock = FrozenClock(OPEN)

    def open(self, name: str, patience: float = PATIENCE) -> Container:
        url = f"sqlite:///{self.folder / name}"
        settings = make_settings(database_url=url, tiktok_api_url=f"{self.tiktok}/open_api/v1.3")
        container = build_container(settings, now=self.clock)
        tiktok = TikTokClient(settings.tiktok_api_url, timeout=(PATIENCE, patience))
        return replace(container, tiktok=tiktok)

    def copy(self, name: str, patience: float) -> Container:
        shutil.copy(self.folder / "stage.db", self.folder / name)
        return self.open(name, patience)

    def set_spend(self, amount: str) -> None:
        days = each_day(amount, FIRST, 30) if Decimal(amount) else {}
        created = datetime(2025, 10, 31, 9, tzinfo=UTC)
        valid = {
            "name": "Example",
            "token": "merchant-token",
            "created_at": created,
            "business_center": "6001",
        }
        self.accounts[ADVERTISER] = SandboxAccount(ADVERTISER, days=days, **valid)


@pytest.fixture
def staged_store(tmp_path, memory_path, migrated_file) -> Iterator[StagedStore]:
    shutil.copy(migrated_file, memory_path / "stage.db")
    accounts: dict[str, SandboxAccount] = {}
    faults = Faults(tmp_path / "faults")
    clock = FrozenClock(OPEN)
    with served(create_tiktok(lambda: accounts, clock, faults.active_for)) as tiktok:
        staged_store = StagedStore(memory_path, tiktok, faults, accounts)
        staged_store.clock = clock
        yield staged_store


def work(container: Container) -> None:
    poll_due(container)
    decide_store(container, STORE)


def reach_stage(staged_store: StagedStore, stage: Stage) -> None:
    """Create a store and bring it to a stage without any fault."""
    amount, at, changes = STAGES[stage]
    container = staged_store.open("stage.db")
    staged_store.clock.at = at
    staged_store.set_spend(amount)
    keep_store(container)
    token = container.cipher.encrypt("merchant-token")
    keep_link(container, advertiser_id=ADVERTISER, token_encrypted=token, prior_spend_before=None)
    with container.database.writing() as session:
        session.add(
            tables.Account(advertiser_id=ADVERTISER, next_poll_at=at, poll_reason="linked", failures=0)
        )
        keys = {"rest_base": "https://st-1.example/", "keys_encrypted": "", "connected_at": at, "failures": 0}
        session.add(tables.Connection(store_id=STORE, next_check_at=OVER + 9 * LATER, checked_at=at, **keys))
    before_award = [item for item in changes if stage in BEFORE_AWARD]
    for change in before_award:
        change(container)
    work(container)
    for change in changes:
        if change not in before_award:
            change(container)
    decide_store(container.at(at), STORE)
    assert status_of(container.at(at), STORE).decision.stage is stage
    container.database.close()


@pytest.mark.parametrize("stage", Stage)
def test_no_fault_of_tiktoks_and_no_trouble_of_a_shop_makes_a_document_lie(staged_store, stage):
    reach_stage(staged_store, stage)
    start = staged_store.clock.at
    for fault in Fault:
        staged_store.clock.at = start
        container = staged_store.copy(f"{fault}.db", IMPATIENCE if fault is Fault.TIMEOUT else PATIENCE)
        staged_store.faults.on(fault)
        staged_store.clock.at = start + LATER
        work(container)
        staged_store.faults.off(fault)
        for trouble, document in documents(container, stage, fault):
            ids = {item["id"] for item in document["troubles"]}
            assert (f"store_{trouble}" in ids) is (trouble is not None)
            if fault in REACHES and must_reach(fault, Stage(document["stage"]), stage):
                assert REACHES[fault] in ids, (stage, fault, ids)
        container.database.close()


def must_reach(fault: Fault, now: Stage, stage: Stage) -> bool:
    """Return whether figures still matter at the stage, which the fault itself may have changed."""
    loses_consent = fault not in PASSING | {Fault.WRONG_PARAMETER}
    if stage is Stage.AWAITING_LINK or (fault is Fault.EMPTY_REPORT and stage in WITHOUT_SPEND):
        return False
    return now in (READ_FOR_PROGRESS if loses_consent else READ_AT_ALL)


def documents(
    container: Container, stage: Stage, fault: Fault
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Yield each trouble of a shop and the store's document once it has lasted a while.

    Assert that no document holds a forbidden pair.

    All but the shop's trouble is read once: reading it for each took most of the time.
    """
    now = container.now()
    with container.database.writing() as session:
        records = records_of(session, stores.get_store(session, STORE), now)
        facts = facts_from(records, now)
        connection = session.get_one(tables.Connection, STORE)
        for trouble in {None, *SHOP_TROUBLES.values()}:
            connection.trouble, connection.checked_at = trouble, now - LATER
            session.flush()
            shop = connections.connection_troubles(session, [STORE]).get(STORE)
            status = status_from(session, replace(records, shop=shop), now)
            document = full_document(status)
            assert violations(facts, status.decision, document) == [], (stage, fault, trouble)
            yield trouble, document


def test_every_stage_and_every_fault_is_walked():
    assert set(STAGES) == set(Stage)
    answers = {Fault.LATE_REPORT, Fault.SUSPENDED}
    # Met only where the report has rows of the last days.
    answers |= {Fault.DOUBLED_ROW, Fault.FOREIGN_CURRENCY, Fault.REFUSED_METRIC}
    assert set(REACHES) | answers == set(Fault)
    harmless = {ShopFault.SLOW, ShopFault.NO_KEY_PAGE, ShopFault.MEMBERS_ONLY, ShopFault.QUEUE_STANDS}
    assert set(SHOP_TROUBLES) | harmless | {ShopFault.TEMPORARY_REDIRECT, ShopFault.NO_AUTHORIZATION} == set(
        ShopFault
    )
