"""Populations of random stores that share accounts and merchants; a seed always makes the same one.

`python -m tests.random_stores` records anew how some of them are decided, after a rule changed on purpose.
`python -m tests.random_stores FIRST LAST` prints a line for each seed, of a hundred stores: a digest for each
table of all that deciding kept. Two versions decide alike where their lines are the same.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.container import Container, build_container
from receiver.documents.programme import programme_data
from receiver.domain.awards import AwardDelivery, AwardState
from receiver.domain.deliveries import DeliveryReason
from receiver.domain.facts import ConsentLoss
from receiver.domain.flags import AwardFlag
from receiver.domain.programme import Anchor
from receiver.domain.rejections import RejectionReason
from receiver.domain.shop_identity import ClaimReason
from receiver.domain.troubles import ReadingFault
from receiver.services.decisions.decide import decide_each
from receiver.storage import tables
from receiver.storage.database import Database
from receiver.storage.figures import end_consent
from receiver.storage.likeness import pair_of
from receiver.storage.lost_signals import SIGNAL
from receiver.storage.migrate import migrate
from receiver.storage.terms import keep_terms
from tests.conftest import make_settings
from tests.factories import seed_programme
from wp_bridge.errors import StoreTrouble

Value = TypeVar("Value")

RECORDED = Path(__file__).parent / "data" / "random_stores.json"
SEEDS, COUNT = (1, 2, 3), 60  # of the populations that are recorded

START = datetime(2025, 10, 20, 6, 0, tzinfo=UTC)
PROGRAMMES = {
    "woocommerce-2025": seed_programme(),
    "spring": replace(seed_programme(), id="spring", window_days=10, anchor=Anchor.SET_UP, capacity=9),
}
ZONES = ("America/New_York", "Europe/London", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", None)
STATUSES = ("STATUS_ENABLE",) * 15 + ("STATUS_LIMIT", "STATUS_PENDING_CONFIRM", "STATUS_NEW", None)
RULES = ("store_market", "account_market", "first_set_up", "merchant_once", "credit_in_time")


class Population:
    """Random stores st_0 … of one database, with all that a decision about them looks at."""

    def __init__(self, database: Database, seed: int, count: int) -> None:
        self.database, self.random = database, Random(seed)
        self.ids = [f"st_{number}" for number in range(count)]
        self.accounts = [str(7000 + number) for number in range(count)]
        with database.writing() as session:
            self.session = session
            for programme in PROGRAMMES.values():
                keep_terms(session, programme.id, programme_data(programme), START)
            for advertiser_id in self.accounts:
                self._add_account(advertiser_id)
            for number, store_id in enumerate(self.ids):
                self._add_store(number, store_id)
                session.flush()
                self._add_neighbours(number, store_id)
            self._add_awards()

    def moments(self) -> Iterator[datetime]:
        """Yield three moments at which to decide: hours, days or weeks apart."""
        at = START + self._span(30, 60)
        for _ in range(3):
            yield at
            at += self.random.choice((timedelta(minutes=61), self._span(0, 3), self._span(10, 40)))

    def change(self) -> None:
        """Let a few accounts spend more, as the next poll would find it."""
        with self.database.writing() as session:
            self.session = session
            for advertiser_id in self.random.sample(self.accounts, len(self.accounts) // 5):
                for day in session.scalars(
                    select(tables.SpendDay).where(tables.SpendDay.advertiser_id == advertiser_id)
                ):
                    if self._chance(0.1):
                        day.cash_spend = day.billed_cost = day.spend = self._money(700)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _usually(self, *values: Value) -> Value:
        """Choose the first value nine times of ten, else one of the others."""
        return values[0] if self._chance(0.9) or len(values) == 1 else self.random.choice(values[1:])

    def _span(self, least: float, most: float) -> timedelta:
        return timedelta(minutes=int(self.random.uniform(least, most) * 24 * 60))

    def _money(self, most: int) -> Decimal:
        return Decimal(self.random.randrange(most * 100)) / 100

    def _moment(self, least: float = 0, most: float = 20) -> datetime:
        return START + self._span(least, most)

    def _sometimes(self, value: Value, share: float = 0.5) -> Value | None:
        return value if self._chance(share) else None

    def _add_account(self, advertiser_id: str) -> None:
        country, currency = self._usually(
            ("US", "USD"), ("GB", "GBP"), ("US", "EUR"), ("DE", "EUR"), (None, None)
        )
        read_at = self._sometimes(self._moment(25, 75), 0.95)
        self.session.add(
            tables.Account(
                advertiser_id=advertiser_id,
                name=self._sometimes(f"Name  {self.random.randrange(40)}"),
                status=self.random.choice(STATUSES),
                country=country,
                currency=currency,
                timezone=self.random.choice((*ZONES[:1] * 4, *ZONES)),
                business_center=self._sometimes(str(6000 + self.random.randrange(40)), 0.7),
                created_at=self._usually(self._moment(), self._moment(-200, 0), None),
                read_at=read_at,
                spend_read_at=read_at and self._sometimes(read_at, 0.9),
                ad_credit=self._sometimes(self._money(1000)),
                ad_credit_read_at=self._sometimes(self._moment(30, 75)),
                bills_readable=self.random.choice((None, False, True, True)),
                bills_read_at=self._sometimes(self._moment(30, 75)),
                bills_from=self._usually(date(2025, 6, 1), None, date(2025, 11, 1)),
                next_poll_at=self._sometimes(self._moment(25, 80)),
                poll_reason=self._usually("window_open", "at_rest", "passing_fault"),
                fault=self._sometimes(self.random.choice(list(ReadingFault)), 0.15),
            )
        )
        most, is_odd = self.random.choice((0, 20, 60, 100, 300, 300)), self._chance(0.2)
        for offset in range(self.random.choice((3, 33, 45, 45)) if most else 0):
            net = self._money(most)
            self.session.add(
                tables.SpendDay(
                    advertiser_id=advertiser_id,
                    date=(START + timedelta(days=10 + offset)).date(),
                    spend=self._usually(net, net + 5, None) if is_odd else net,
                    billed_cost=self._sometimes(net, 0.9) if is_odd else net,
                    cash_spend=self._usually(net, Decimal(0), None) if is_odd else net,
                    voucher_spend=self._usually(Decimal(0), None) if is_odd else Decimal(0),
                    read_at=START,
                )
            )
        for number in range(self.random.choice((0, 0, 4, 12))):
            self._add_payment(advertiser_id, number, currency)

    def _add_payment(self, advertiser_id: str, number: int, currency: str | None) -> None:
        kind = self.random.choice((*("BILL_PAYMENT",) * 7, "REFUND", "PROMOTION_ISSUED", "RECHARGE", None))
        self.session.add(
            tables.PaymentRow(
                advertiser_id=advertiser_id,
                transaction_id=f"t{number}",
                type=kind,
                billing=self._usually("CASH", "PROMOTION"),
                subtotal=self._usually(self._money(600), Decimal(500), None),
                tax=self._sometimes(self._money(50)),
                currency=self._usually(currency, None, "EUR"),
                at=self._usually(self._moment(10, 60), None),
                read_at=START,
            )
        )

    def _add_store(self, number: int, store_id: str) -> None:
        joined_at = self._moment(0, 15)
        programme = self._usually(*PROGRAMMES)
        host = self._usually(f"s{number}", "shared", "other")
        store = tables.Store(
            id=store_id,
            url=f"https://{host}.example/{store_id}/",
            name=store_id,
            country=self._usually("US", "GB", "DE", None),
            currency="USD",
            merchant=f"m_{self._usually(number, self.random.randrange(20))}",
            programme=programme,
            joined_at=joined_at,
            created_at=joined_at,
            admitted_at=self._sometimes(joined_at, 0.9),
            reserved_until=self._sometimes(joined_at + timedelta(days=self.random.choice((7, 60))), 0.2),
            disconnected_at=self._sometimes(self._moment(20, 60), 0.05),
            set_up_at=self._usually(joined_at + self._span(0, 4), None, self._moment(60, 90)),
            set_up_claimed_at=self._sometimes(joined_at, 0.1),
            clock_skew=self._usually(self.random.randrange(60), None, 5000, -5000),
            clock_read_at=self._sometimes(self._moment(0, 60)),
            sequence_fell_at=self._sometimes(START, 0.05),
            continues=self._sometimes(f"st_{max(0, number - 1)}", 0.1),
            facts_read_at=self._sometimes(joined_at),
        )
        self.session.add(store)
        self.session.flush()
        if self._chance(0.85):
            self._add_link(number, store)

    def _add_link(self, number: int, store: tables.Store) -> None:
        others = self.random.sample(self.accounts, 2)
        linked_at = store.joined_at + self._span(0, 4)
        consent = self._usually(True, True, False, None)
        for place, advertiser_id in enumerate(
            dict.fromkeys((self._usually(self.accounts[number], others[0]), others[1]))
        ):
            if place and not self._chance(0.2):
                continue
            link = tables.Link(
                store_id=store.id,
                advertiser_id=advertiser_id,
                linked_at=self._usually(linked_at, None),
                claimed_at=self._sometimes(linked_at - timedelta(days=1), 0.1),
                exact=self._usually(True, False, None),
                ended_at=linked_at if place else None,
                token_encrypted="t",
                consent=consent,
                consent_at=linked_at,
                consent_lost=None if consent else self._sometimes(self.random.choice(list(ConsentLoss))),
                proven_at=linked_at if consent is not None else self._sometimes(linked_at),
                tiktok_user_hash=self._sometimes(f"u{self.random.randrange(40)}"),
                prior_spend=self._usually(Decimal(0), None, self._money(50)),
                prior_spend_before=self._usually(linked_at.date(), date(2025, 1, 1)),
                prior_spend_at=linked_at,
            )
            self.session.add(link)
            if link.proven_at and self._chance(0.1):
                self.session.flush()
                end_consent(self.session, link, linked_at, False)

    def _add_neighbours(self, number: int, store_id: str) -> None:
        """Add what stands beside a store: staff's facts, troubles, connections, lost messages, answers."""
        self._record(store_id, "payment", self._usually("manual", "automatic", "unknown", None), 0.8)
        self._record(store_id, "paid_bills_confirmed", True, 0.1)
        self._record(store_id, "safety_flag", self.random.choice((True, False, None)), 0.06)
        self._record(store_id, "policy_violation", True, 0.02)
        self._record(store_id, f"override:{self.random.choice(RULES)}", "pass", 0.2)
        if number and self._chance(0.1):
            first, second = pair_of(store_id, f"st_{self.random.randrange(number)}")
            self.session.add(
                tables.MerchantAnswer(store_id=first, other_id=second, reason="told", by="ann", at=START)
            )
        trouble = self.random.choice(("signals_held", "signals_refused", "figures_stale"))
        if self._chance(0.1):
            self.session.add(tables.StoreTroubleRow(store_id=store_id, id=trouble, who="staff", since=START))
            self.session.add(tables.StoreNotice(store_id=store_id, id="old:1", noticed_at=START))
        if self._chance(0.3):
            self.session.add(
                tables.NoticeAddress(
                    store_id=store_id, language="en", asked_at=START, asked=1, confirmed_at=START, failures=0
                )
            )
        self._add_connection(store_id)
        self._lose_messages(store_id)

    def _record(self, store_id: str, name: str, value: Any, share: float) -> None:
        if self._chance(share):
            details = {"reason": "told", "evidence": "T-1", "by": "ann", "at": self._moment(5, 20)}
            self.session.add(tables.RecordedFact(store_id=store_id, name=name, value=value, **details))

    def _add_connection(self, store_id: str) -> None:
        if not self._chance(0.4):
            return
        self.session.add(
            tables.Connection(
                store_id=store_id,
                rest_base="https://s.example/",
                keys_encrypted="k",
                connected_at=START,
                next_check_at=START,
                checked_at=self._sometimes(self._moment(30, 75)),
                trouble=self._sometimes(self.random.choice(list(StoreTrouble))),
            )
        )
        for topic in ("action.a", "action.b"):
            trouble = self._sometimes(self.random.choice(("paused", "mute")), 0.3)
            self.session.add(
                tables.WebhookEndpoint(
                    id=f"hk_{store_id}_{topic}", store_id=store_id, topic=topic, trouble=trouble
                )
            )
        if self._chance(0.2):
            self.session.add(
                tables.AddressClaim(
                    store_id=store_id,
                    address="https://other.example/",
                    why=self.random.choice(list(ClaimReason)),
                    signed_at=self._sometimes(START),
                    first_at=START,
                    last_at=START,
                )
            )

    def _lose_messages(self, store_id: str) -> None:
        for number in range(self.random.choice((0, 0, 0, 2))):
            self.session.add(
                tables.Delivery(
                    identity=f"{store_id}-{number}",
                    source="woocommerce",
                    store_id=store_id,
                    topic=self.random.choice((SIGNAL, SIGNAL, "other")),
                    headers=[],
                    body_sha256="0",
                    received_at=self._moment(0, 60),
                    state=self._usually("dead", "processed"),
                    reason=self.random.choice((DeliveryReason.ELSEWHERE, DeliveryReason.UNREADABLE)),
                )
            )
        if self._chance(0.1):
            reason = self._usually(RejectionReason.SIGNATURE, RejectionReason.SIZE)
            at = self._moment(0, 60)
            self.session.add(tables.RejectionSample(store_id=store_id, reason=reason, at=at, headers=[]))
        if self._chance(0.1):
            self.session.add(
                tables.Quarantined(
                    identity=store_id,
                    store_id=store_id,
                    hook_id=store_id,
                    headers=[],
                    body_encrypted="b",
                    body_sha256="0",
                    bytes=1,
                    received_at=self._moment(0, 60),
                )
            )

    def _add_awards(self) -> None:
        pairs: set[tuple[str, str]] = set()
        for store in self.session.scalars(select(tables.Store).order_by(tables.Store.id)):
            account = self.random.choice(self.accounts)
            if not self._chance(0.12) or (store.programme, account) in pairs:
                continue
            pairs.add((store.programme, account))
            row = tables.DecisionRow(
                store_id=store.id, decided_at=START, stage="due", verdict="qualified", digest="0", facts={},
                programme={},
            )  # fmt: skip
            self.session.add(row)
            self.session.flush()
            self.session.add(
                tables.Award(
                    id=f"aw_{store.id}",
                    programme=store.programme,
                    store_id=store.id,
                    merchant=self._usually(store.merchant, "m_1"),
                    advertiser_id=account,
                    business_center=self._sometimes(str(6000 + self.random.randrange(40))),
                    state=self.random.choice(list(AwardState)),
                    credit=Decimal(500),
                    threshold=Decimal(500),
                    currency="USD",
                    decided_at=self._moment(10, 40),
                    due_by=self._moment(15, 60).date(),
                    timezone=self.random.choice(ZONES),
                    delivery=self._sometimes(AwardDelivery.APPLIED),
                    flags=self._usually([], [AwardFlag.SPEND_RESTATED]),
                    decision_id=row.id,
                )
            )


# -- What becomes of a population -----------------------------------------------------------------

KEPT = (
    tables.Store, tables.DecisionRow, tables.Award, tables.StoreTroubleRow, tables.StoreNotice,
    tables.NoticeAddress, tables.Account, tables.AuditEntry,
)  # fmt: skip
NUMBERED = {"id", "decision_id", "digest"}  # of a decision: its digest holds an award's random id


def stored_rows(session: Session) -> dict[str, list[str]]:
    """Return every row that deciding may write, as text, by table; awards are named after their stores."""
    names = {award.id: f"award of {award.store_id}" for award in session.scalars(select(tables.Award))}
    rows_by_table = {}
    for table in KEPT:
        rows = sorted(_text(row, names) for row in session.scalars(select(table)))
        rows_by_table[table.__tablename__] = rows
    return rows_by_table


def _text(row: tables.Base, award_names: dict[str, str]) -> str:
    names = row.__mapper__.column_attrs.keys()
    hidden_columns = (
        NUMBERED if isinstance(row, (tables.DecisionRow, tables.Award, tables.AuditEntry)) else set()
    )
    text = json.dumps({name: getattr(row, name) for name in names if name not in hidden_columns}, default=str)
    for award_id, name in award_names.items():
        text = text.replace(award_id, name)
    return text


def answers(session: Session) -> dict[str, Any]:
    """Return the short answer for each store: stage, verdict, troubles, notices, the state of its award."""
    by_store = {
        store.id: [store.stage, store.verdict, [], [], None]
        for store in session.scalars(select(tables.Store).order_by(tables.Store.id))
    }
    for trouble in session.scalars(select(tables.StoreTroubleRow).order_by(tables.StoreTroubleRow.id)):
        by_store[trouble.store_id][2].append(trouble.id)
    for notice in session.scalars(select(tables.StoreNotice).order_by(tables.StoreNotice.id)):
        by_store[notice.store_id][3].append(notice.id.partition(":")[0])
    for award in session.scalars(select(tables.Award)):
        by_store[award.store_id][4] = [award.state, str(award.credit), *award.flags]
    return by_store


def answers_of_population(container: Container, seed: int, count: int) -> dict[str, Any]:
    """Return the answers for a population that was decided at three moments, and changed in between."""
    population = Population(container.database, seed, count)
    for moment in population.moments():
        assert decide_each(container.at(moment), population.ids) == count
        population.change()
    with container.database.reading() as session:
        return answers(session)


@contextmanager
def container_for_now() -> Iterator[Container]:
    """Yield a container on an empty database that is deleted at the end."""
    with tempfile.TemporaryDirectory() as folder:
        container = build_container(make_settings(database_url=f"sqlite:///{folder}/receiver.db"))
        migrate(container.database)
        yield container
        container.database.close()


def record() -> str:
    """Return the answers for the populations of SEEDS, as JSON with a line for each store."""
    lines = []
    for seed in SEEDS:
        with container_for_now() as container:
            answers_by_store = answers_of_population(container, seed, COUNT)
        stores = ",\n".join(
            f"  {json.dumps(item)}: {json.dumps(answer)}" for item, answer in answers_by_store.items()
        )
        lines.append(f'"{seed}": {{\n{stores}\n }}')
    return "{" + ",\n".join(lines) + "}"


def digests(seed: int, count: int = 100) -> dict[str, str]:
    """Return a digest of all that deciding kept of a population, by table."""
    with container_for_now() as container:
        answers_of_population(container, seed, count)
        with container.database.reading() as session:
            rows_by_table = stored_rows(session)
    return {
        table: sha256(json.dumps(rows).encode()).hexdigest()[:16] for table, rows in rows_by_table.items()
    }


if __name__ == "__main__":
    if len(sys.argv) == 1:
        RECORDED.write_text(record() + "\n")
    else:
        for seed in range(int(sys.argv[1]), int(sys.argv[2]) + 1):
            print(seed, json.dumps(digests(seed)), flush=True)
