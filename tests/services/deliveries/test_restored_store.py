"""A store restored from a backup counts from an earlier number; the state we read is then the truth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from receiver.container import Container
from receiver.domain.deliveries import DeliveryState
from receiver.services.decisions.decide import decide_store
from receiver.services.deliveries.sequence import BEFORE_RESTART, FELL_BACK
from receiver.storage.connections import find_connection
from receiver.storage.tables import AuditEntry, Connection, StoreTroubleRow
from receiver.web.webhooks import HEADERS
from receiver.worker.loop import work_inbox
from tests.services.deliveries.test_apply_signal import SIGNAL, Shop, state
from tests.signals import ACCOUNT, BEGAN, OTHER_ACCOUNT, add_shop, keep_one, link_signal, signal

RESTORED = BEGAN + timedelta(days=20)
READ = RESTORED + timedelta(hours=3)


@pytest.fixture
def shop(container: Container):
    store_id = add_shop(container, joined_at=BEGAN).id
    with container.database.reading() as session:
        yield Shop(session, store_id)


def sent_at(at: datetime) -> dict[str, Any]:
    return {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}


def account(number: str) -> dict[str, Any]:
    return {"advertiser_id": number, "exact": False}


@pytest.fixture
def restored(shop: Shop):
    """A shop of ten signals, which is then restored to the state after five of them."""
    shop.apply(*(signal(seq, "integration_set_up") for seq in range(1, 10)), link_signal(10))
    return shop


def test_a_number_that_falls_back_changes_nothing_and_has_the_state_read_at_once(restored: Shop):
    session, soon = restored.session, RESTORED + timedelta(minutes=5)
    keys = {"rest_base": "https://shop.example/", "keys_encrypted": "", "connected_at": BEGAN, "failures": 0}
    session.add(Connection(store_id=restored.id, next_check_at=RESTORED + timedelta(days=1), **keys))
    session.flush()
    (result,) = restored.apply(
        link_signal(6, OTHER_ACCOUNT, event="account_switched", **sent_at(RESTORED)), received_at=soon
    )
    assert (result.state, result.error) == (DeliveryState.IGNORED, FELL_BACK)
    assert (restored.open, restored.row.sequence_fell_at) == ([ACCOUNT], soon)
    session.expire_all()
    assert find_connection(session, restored.id).next_check_at == soon


def test_the_state_that_was_read_is_the_truth_and_starts_the_sequence_anew(restored: Shop):
    restored.apply(link_signal(6, OTHER_ACCOUNT, **sent_at(RESTORED)), received_at=RESTORED)
    restored.apply_state(state(7, True, True, account(OTHER_ACCOUNT), **sent_at(READ)), received_at=READ)
    assert (restored.open, restored.row.sequence_fell_at) == ([OTHER_ACCOUNT], None)
    later = READ + timedelta(hours=1)
    restored.apply(link_signal(8, event="account_switched", **sent_at(later)), received_at=later)
    assert restored.open == [ACCOUNT]
    (entry,) = restored.session.scalars(select(AuditEntry).where(AuditEntry.action.like("%restarted")))
    assert (entry.detail["from"], entry.detail["to"]) == (10, 7)


def test_numbers_used_before_the_restore_are_new_again_after_it(restored: Shop):
    restored.apply_state(state(9, True, True, account(ACCOUNT), **sent_at(READ)), received_at=READ)
    later = READ + timedelta(hours=1)
    (result,) = restored.apply(signal(10, "link_lost", **sent_at(later)), received_at=later)
    assert (result.state, restored.open) == (DeliveryState.PROCESSED, [])


def test_what_was_told_before_the_restore_and_is_replayed_after_it_changes_nothing(restored: Shop):
    restored.apply_state(state(7, True, True, account(OTHER_ACCOUNT), **sent_at(READ)), received_at=READ)
    (result,) = restored.apply(link_signal(10), received_at=BEGAN + timedelta(minutes=11))
    assert (result.state, result.error) == (DeliveryState.IGNORED, BEFORE_RESTART)
    assert restored.open == [OTHER_ACCOUNT]


def test_a_state_that_was_read_twice_changes_nothing_the_second_time(restored: Shop):
    for _ in range(2):
        restored.apply_state(state(7, True, True, account(OTHER_ACCOUNT), **sent_at(READ)), received_at=READ)
    assert restored.open == [OTHER_ACCOUNT]
    assert (
        len(restored.session.scalars(select(AuditEntry).where(AuditEntry.action.like("%restarted"))).all())
        == 1
    )


def test_a_state_that_was_read_before_newer_news_is_no_restore(restored: Shop):
    later = READ + timedelta(minutes=1)
    restored.apply(
        link_signal(12, OTHER_ACCOUNT, event="account_switched", **sent_at(later)), received_at=later
    )
    restored.apply_state(state(11, True, True, account(ACCOUNT), **sent_at(READ)), received_at=READ)
    assert (restored.open, restored.row.sequence_from) == ([OTHER_ACCOUNT], None)


def test_no_call_can_pass_for_a_state_that_we_read():
    """What a call brings of headers is named, and ours is not among them."""
    assert "x-read-by" not in {name for _, name in HEADERS}


def test_a_store_whose_numbers_fell_back_is_told_to_staff(container: Container):
    store_id = add_shop(container, joined_at=BEGAN).id
    container.now.at = RESTORED
    keep_one(container, store_id, link_signal(10, **sent_at(RESTORED - timedelta(days=2))), SIGNAL)
    keep_one(container, store_id, signal(6, "link_lost", **sent_at(RESTORED - timedelta(minutes=1))), SIGNAL)
    while work_inbox(container):
        pass
    decide_store(container, store_id)
    with container.database.reading() as session:
        assert "signals_fell_back" in session.scalars(select(StoreTroubleRow.id)).all()
