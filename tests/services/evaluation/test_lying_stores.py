"""Whatever a store says, in whatever order and number: it earns no more than an honest one, and harms nobody.

TikTok's figures are fixed, the store joins now, and its advertiser consents to one account of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from receiver.container import Container
from receiver.domain.decision import Decision, Stage
from receiver.domain.facts import Facts
from receiver.errors import Refused
from receiver.services.decisions.decide import decide_store
from receiver.services.deliveries.apply_signal import apply_deliveries
from receiver.services.evaluation.facts import facts_from
from receiver.services.evaluation.records import records_of
from receiver.services.polling.poll import poll_account
from receiver.services.stores.links import give_consent
from receiver.storage.tables import Delivery, RecordedFact, Store
from tests.db_factories import RECORDED, keep_all, keep_store
from tests.fake_tiktok import INFO, FakeTikTok, day
from tests.fakes import at
from tests.signals import body_of, signal

NOW = datetime(2025, 11, 1, 15, tzinfo=UTC)
AS_OF = NOW + timedelta(days=40)  # an honest store's window is over then, and final
VICTIM, VICTIMS_ACCOUNT = "st_1", "7001"
NUMBERS = itertools.count(1)


def _at(moment: datetime) -> dict[str, str]:
    """Return the fields of a store's own signal that was sent at a moment."""
    return {"at": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "home_url": "own"}


@dataclass(frozen=True)
class Spending:
    """An ad account's spend a day before its store joins, and from then on, in USD."""

    before: str
    since: str


@dataclass(frozen=True)
class TimedSignal:
    """A signal, and the number of days after joining when it arrives."""

    day: int
    fields: dict[str, Any]


class Figures(FakeTikTok):
    """The figures of one account; those before the link are added up as TikTok does."""

    def __init__(self, advertiser_id: str, spending: Spending) -> None:
        super().__init__(*_days(spending))
        created = NOW - timedelta(days=700)
        self.info = replace(INFO, advertiser_id=advertiser_id, owner_bc_id=None, created_at=created)

    def total_spend(self, token: str, advertiser_id: str, first: date, last: date) -> Decimal:
        return sum((row.spend for row in self.days if first <= row.date <= last), Decimal(0))


def _days(spending: Spending) -> Iterator[Any]:
    for number in range(-400, 41):
        amount = spending.before if number < 0 else spending.since
        if Decimal(amount):
            yield day(NOW.date() + timedelta(days=number), amount)


HELD, DUE = 1, 2
# By spending, what an honest store earns: how near it comes to an award, and the spend that counts.
EARNED = {
    Spending("200.00", "200.00"): (HELD, Decimal(6000)),  # if its plugin came after the link
    Spending("0", "200.00"): (DUE, Decimal(6000)),
    Spending("200.00", "0"): (0, Decimal(0)),
    Spending("0", "10.00"): (0, Decimal(300)),
}
SPENDING = st.sampled_from(list(EARNED))
MOMENTS = st.one_of(
    st.sampled_from([-500, -410, -91, -1, 0, 1, 20]).map(lambda days: NOW + timedelta(days=days)),
    st.integers(-500, 60).map(lambda days: NOW + timedelta(days=days)),
    st.integers(-9_400, 63_000).map(lambda days: NOW + timedelta(days=days)),  # the years a signal may name
)
OWN = "own"  # in place of the account that the store's advertiser consents to
ACCOUNTS = st.sampled_from([OWN, OWN, VICTIMS_ACCOUNT, "7009"])
CLAIMS = st.fixed_dictionaries({"advertiser_id": ACCOUNTS, "exact": st.sampled_from([True, False, None])})
YES_NO = st.sampled_from([True, False, None])
READY = {"integration": {"installed": True, "set_up": True}, "account": {"advertiser_id": OWN, "exact": True}}
EVENTS = st.one_of(
    st.just({"event": "state", **READY}),
    st.sampled_from(["integration_installed", "integration_set_up", "integration_removed", "link_lost"]).map(
        lambda event: {"event": event}
    ),
    CLAIMS.map(lambda claim: {"event": "account_linked", **claim}),
    CLAIMS.map(lambda claim: {"event": "account_switched", **claim}),
    st.fixed_dictionaries(
        {
            "event": st.just("state"),
            "account": st.none() | CLAIMS,
            "integration": st.none() | st.fixed_dictionaries({"installed": YES_NO, "set_up": YES_NO}),
        }
    ),
)
INSTALLS = st.sampled_from([f"{number}" * 8 + "-2222-4333-8444-555555555555" for number in (1, 2, 3)])
HOMES = st.sampled_from(["own", "own", "own", "https://st-1.example/"])


@st.composite
def lies(draw: st.DrawFn) -> TimedSignal:
    at = draw(MOMENTS)
    fields = {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "install_id": draw(INSTALLS), "home_url": draw(HOMES)}
    return TimedSignal(
        draw(st.integers(0, 39)), signal(draw(st.integers(1, 9)), **{**draw(EVENTS), **fields})
    )


def honest(exact: bool) -> list[TimedSignal]:
    """Set up and linked on the day it joined; `exact` False where the plugin came after the link."""
    at = _at(NOW)
    linked = {"event": "account_linked", "advertiser_id": OWN, "exact": exact}
    return [TimedSignal(0, signal(1, "integration_set_up", **at)), TimedSignal(0, signal(2, **linked, **at))]


HONEST = honest(exact=True)
BACKDATED = TimedSignal(
    0,
    signal(
        1,
        "state",
        **READY,
        **_at(NOW - timedelta(days=500)),
        install_id=f"{'9' * 8}-2222-4333-8444-555555555555",
    ),
)


def outcome_of(
    container: Container, spending: Spending, signals: Sequence[TimedSignal], consents_on: int
) -> Decision:
    """Return the decision about a new store that sent these signals.

    Its advertiser consents on the day `consents_on` after it joined.
    """
    number = next(NUMBERS)
    store_id, account = f"st_liar{number}", f"71{number:06}"
    blank = {"installed_at": None, "set_up_at": None, "joined_at": NOW, "created_at": NOW}
    keep_store(container, store_id, admitted_at=NOW, **blank)
    with container.database.writing() as session:
        session.add(RecordedFact(store_id=store_id, name="payment", value="manual", **RECORDED))
    home = f"https://{store_id.replace('_', '-')}.example/"
    for on in range(41):
        received = NOW + timedelta(days=on)
        bodies = [_body(item.fields, account, home) for item in signals if item.day == on]
        with container.database.writing() as session:
            for body in bodies:
                delivery = Delivery(
                    id=1,
                    source="woocommerce",
                    store_id=store_id,
                    topic=SIGNAL,
                    body=body,
                    received_at=received,
                )
                apply_deliveries(session, [delivery], received)
            if on == consents_on:
                give_consent(session, container.cipher, received, store_id, account, "token")
    with suppress(Refused):  # no link that the consent is for stands any more
        poll_account(at(container, AS_OF, tiktok=Figures(account, spending)), account)
    return decide_store(container.at(AS_OF), store_id)


SIGNAL = "action.wc_ad_credit_signal"


def _body(fields: dict[str, Any], account: str, home: str) -> bytes:
    own = {"home_url": home} if fields["home_url"] == "own" else {}
    return body_of({**fields, **own}).replace(b'"own"', f'"{account}"'.encode())


def victims_facts(container: Container) -> Facts:
    with container.database.reading() as session:
        return facts_from(records_of(session, session.get_one(Store, VICTIM), AS_OF), AS_OF)


def nearness(decision: Decision) -> int:
    """Return how near to an award a decision is: DUE, HELD for staff to decide, or 0."""
    return {Stage.DUE: DUE, Stage.HELD: HELD}.get(decision.stage, 0)


def qualifying_spend(decision: Decision) -> Decimal:
    return decision.spend.qualifying if decision.spend else Decimal(0)


@pytest.fixture
def victim(container: Container) -> Facts:
    keep_all(container)
    return victims_facts(container)


@pytest.mark.parametrize("database_kind", ["sqlite"])  # what is earned, whatever keeps the rows
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(SPENDING, st.lists(lies(), max_size=12), st.integers(0, 39))
@example(Spending("200.00", "200.00"), [BACKDATED], 0)
@example(Spending("200.00", "200.00"), [*HONEST, BACKDATED], 5)
def test_no_lie_earns_more_than_the_honest_store_does_or_changes_anothers_facts(
    container: Container, victim: Facts, spending: Spending, signals: list[TimedSignal], consents_on: int
):
    most_nearness, most_spend = EARNED[spending]
    lie = outcome_of(container, spending, signals, consents_on)
    assert nearness(lie) <= most_nearness
    assert qualifying_spend(lie) <= most_spend
    assert victims_facts(container) == victim


@pytest.mark.parametrize("spending", EARNED, ids=str)
def test_what_lies_are_compared_with_is_what_honest_stores_earn(container: Container, spending: Spending):
    truths = [outcome_of(container, spending, honest(exact), 0) for exact in (True, False)]
    assert (max(map(nearness, truths)), max(map(qualifying_spend, truths))) == EARNED[spending]
