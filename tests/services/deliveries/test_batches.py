"""A batch leaves behind what its deliveries would have left one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from receiver.container import Container
from receiver.integrations.woocommerce.events import READ_BY_REST
from receiver.services.deliveries.process import process_next
from receiver.storage import inbox
from receiver.storage.tables import AddressClaim, Attempt, Delivery, Link, Signal, Store, StoreDay
from tests.signals import INSTALL, add_shop, body_of, new_delivery, signal

OTHER_INSTALL = INSTALL.replace("3", "4")
ACCOUNTS = ("7000001", "7000002", "7000003")
NUMBERS = count()
OF_STORES = (Link, Signal, StoreDay, AddressClaim, Delivery)
OWN = {"id", "store_id", "hook_id", "delivery_id", "identity", "body", "body_sha256"} | {
    *("url", "host", "merchant", "status_token_hash"),
}


@dataclass(frozen=True)
class Message:
    """A message that one of two shops sends."""

    shop: int = 0
    seq: int = 1
    event: str = "account_linked"
    account: str = ACCOUNTS[0]
    minutes_ahead: int = 0  # its clock
    install: str = INSTALL
    kind: str = "webhook"

    def body(self, home_url: str, at: Any) -> bytes:
        if self.kind == "unreadable":
            return f'{{"arg": {self.seq}'.encode()
        home = "https://elsewhere.example/" if self.kind == "elsewhere" else home_url
        moment = f"{at + timedelta(minutes=self.minutes_ahead):%Y-%m-%dT%H:%M:%SZ}"
        integration = {"integration": {"installed": True, "set_up": self.seq % 2 == 0}}
        state = {**integration, "account": {"advertiser_id": self.account}} if self.event == "state" else {}
        account = {"advertiser_id": self.account, "exact": True} if self.event.startswith("account") else {}
        fields = {"install_id": self.install, "at": moment, "home_url": home, **state, **account}
        return body_of(signal(self.seq, self.event, **fields))


EVENTS = (
    "integration_set_up",
    "integration_removed",
    "account_linked",
    "account_switched",
    "link_lost",
    "state",
)
MESSAGES = st.builds(
    Message,
    shop=st.integers(0, 1),
    seq=st.integers(1, 6),
    event=st.sampled_from(EVENTS),
    account=st.sampled_from(ACCOUNTS),
    minutes_ahead=st.sampled_from([-3000, -90, 0, 0, 0, 30]),
    install=st.sampled_from([INSTALL, INSTALL, OTHER_INSTALL]),
    kind=st.sampled_from([*["webhook"] * 6, "by REST", "elsewhere", "unreadable"]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(MESSAGES, min_size=2, max_size=14))
@example(  # its numbers fall back, and its state is read
    messages=[Message(seq=6), Message(seq=2), Message(seq=1, event="state", kind="by REST"), Message(seq=6)]
)
def test_a_batch_leaves_what_its_deliveries_one_by_one_would(container: Container, messages: list[Message]):
    shops_claimed, shops_unclaimed, shops_alone = _shops(container), _shops(container), _shops(container)
    _keep(container, shops_claimed, messages)
    process_next(container, limit=500)
    _keep(container, shops_unclaimed, messages)
    process_next(container, limit=500, newest_at_start=0)
    _keep(container, shops_alone, messages)
    while process_next(container, limit=1):
        pass
    for shops in zip(shops_claimed, shops_unclaimed, shops_alone, strict=True):
        expected, *others = [_rows_of(container, store_id) for store_id in shops]
        assert others == [expected, expected]


def _shops(container: Container) -> list[str]:
    return [
        add_shop(
            container,
            f"https://shop-{next(NUMBERS):06}.example/",
            joined_at=container.now() - timedelta(days=9),
        ).id
        for _ in range(2)
    ]


def _keep(container: Container, shops: Sequence[str], messages: Sequence[Message]) -> None:
    with container.database.writing() as session:
        for number, message in enumerate(messages):
            store = session.get_one(Store, shops[message.shop])
            received_at = container.now() - timedelta(hours=len(messages) - number)
            new = new_delivery(store.id, message.body(store.url, received_at), received_at)
            inbox.keep(session, [replace(new, headers=READ_BY_REST) if message.kind == "by REST" else new])


def _rows_of(container: Container, store_id: str) -> dict[str, list[str]]:
    """Return all rows of a store, without the columns that differ between two stores or two rows."""
    with container.database.reading() as session:
        url = session.get_one(Store, store_id).url
        queries = {
            "attempts": select(Attempt.__table__).join(Delivery).where(Delivery.store_id == store_id),
            "stores": select(Store.__table__).where(Store.id == store_id),
            **{
                table.__tablename__: select(table.__table__).filter_by(store_id=store_id)
                for table in OF_STORES
            },
        }
        return {
            name: sorted(
                repr({key: value for key, value in row._mapping.items() if key not in OWN}).replace(
                    url, "its own"
                )
                for row in session.execute(query)
            )
            for name, query in queries.items()
        }
