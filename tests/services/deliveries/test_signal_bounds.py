"""The signals and claims of a store are bounded, so that it does not keep the worker busy."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from receiver.container import Container
from receiver.domain import limits
from receiver.storage import locked_stores
from receiver.storage.signal_state import LinkState
from receiver.storage.tables import Link, Signal
from tests.signals import add_shop, keep_one, link_signal
from tests.signing_store import SigningStore, work_off


def test_beyond_a_days_signals_the_rest_is_ignored_with_its_reason(container: Container, monkeypatch, clock):
    monkeypatch.setattr("receiver.services.deliveries.signal_bounds.SIGNALS_A_DAY", 5)
    sender = SigningStore(container)
    for seq in range(1, 10):
        keep_one(sender.container, sender.store_id, link_signal(seq, f"70{seq:03}"))
    states = Counter(item.state for item in work_off(sender.container))
    assert states == {"processed": 5, "ignored": 4}
    assert sender.rows()[-1].error == limits.OVER_SIGNALS
    with sender.container.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Signal)) == 5
    assert sender.day().passed_over == 4
    clock.move(days=1)
    keep_one(sender.container, sender.store_id, link_signal(50, "70050"))
    assert work_off(sender.container)[-1].state == "processed"


def test_claims_without_consent_are_few_and_the_account_named_last_stands(container: Container):
    store_id = add_shop(container).id
    with container.database.writing() as session:
        session.add(
            Link(store_id=store_id, advertiser_id="6999", ended_at=container.now(), proven_at=container.now())
        )
    for seq in range(1, 61):
        keep_one(container, store_id, link_signal(seq, f"70{seq:03}"))
    work_off(container)
    with container.database.reading() as session:
        links = list(session.scalars(select(Link).order_by(Link.id)))
    claims = [link.advertiser_id for link in links if link.proven_at is None]
    assert claims == [f"70{seq:03}" for seq in range(41, 61)]
    assert [link.advertiser_id for link in links if link.ended_at is None] == ["70060"]
    assert links[0].advertiser_id == "6999"  # an advertiser consented to it once: it stays


def test_a_batch_reads_no_more_links_of_a_store_than_it_names(
    container: Container, monkeypatch: pytest.MonkeyPatch
):
    store_id = add_shop(container).id
    columns = {"store_id": store_id, "ended_at": container.now()}
    with container.database.writing() as session:
        session.add_all(Link(advertiser_id=f"5{number:04}", **columns) for number in range(3_000))
    loaded: list[str] = []
    real = locked_stores.read_links

    def note(*arguments: Any) -> list[LinkState]:
        links = real(*arguments)
        loaded.extend(link.advertiser_id for link in links)
        return links

    monkeypatch.setattr(locked_stores, "read_links", note)
    keep_one(container, store_id, link_signal(1, "70001"))
    keep_one(container, store_id, link_signal(2, "50007"))
    work_off(container)
    assert loaded == ["50007"]
