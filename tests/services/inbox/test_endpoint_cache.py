"""The receiver remembers endpoints between calls: whatever changes one holds for the very next call."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from receiver.container import Container
from receiver.storage import endpoint_cache
from receiver.storage.database import Database, Driver
from receiver.storage.tables import Store, WebhookSecret
from receiver.storage.webhook_endpoints import ResolvedEndpoint, resolve_endpoints
from tests.services.inbox.test_receive import WebhookCaller
from tests.signals import body_of, signal

CHANGES = {
    "the store is disconnected": (update(Store), "disconnected_at", 410),
    "its secret is of no use any more": (update(WebhookSecret), "valid_until", 401),
}


@pytest.fixture
def caller(container: Container) -> WebhookCaller:
    """A caller whose endpoint the receiver remembers, with all counts written."""
    webhook_caller = WebhookCaller(container)
    for number in (1, 2):
        webhook_caller.ask_all(body_of(signal(number)))
    return webhook_caller


def change(database: Database, statement: Any, column: str, value: Any) -> None:
    with database.writing() as session:
        session.execute(statement.values({column: value}))


@pytest.mark.parametrize(("statement", "column", "status"), CHANGES.values(), ids=CHANGES)
def test_a_change_by_this_process_holds_for_the_next_call(caller: WebhookCaller, statement, column, status):
    change(caller.container.database, statement, column, caller.container.now() - timedelta(hours=1))
    assert caller.ask().status == status
    change(caller.container.database, statement, column, None)
    assert caller.ask().status == 200


@pytest.mark.parametrize(("statement", "column", "status"), CHANGES.values(), ids=CHANGES)
def test_a_change_by_another_process_holds_for_the_next_call(
    caller: WebhookCaller, statement, column, status
):
    other = Database(caller.container.database.url.render_as_string(hide_password=False))
    change(other, statement, column, caller.container.now() - timedelta(hours=1))
    assert caller.ask().status == status
    change(other, statement, column, None)
    other.close()
    assert caller.ask().status == 200


def test_a_secret_ends_when_its_time_is_over(caller: WebhookCaller, clock):
    end = caller.container.now() + timedelta(seconds=10)
    change(caller.container.database, update(WebhookSecret), "valid_until", end)
    assert caller.ask_all(body_of(signal(3)))[0].status == 200
    clock.move(seconds=10)
    assert caller.ask_all(body_of(signal(4)))[0].status == 401


@pytest.mark.parametrize("database_kind", ["sqlite"])  # PostgreSQL is asked each time
def test_where_nothing_changed_an_address_is_looked_up_once(caller: WebhookCaller, monkeypatch):
    lookups: list[Collection[str]] = []

    def look_up(driver: Driver, hook_ids: Collection[str], now: datetime) -> dict[str, ResolvedEndpoint]:
        lookups.append(hook_ids)
        return resolve_endpoints(driver, hook_ids, now)

    monkeypatch.setattr(endpoint_cache, "resolve_endpoints", look_up)
    for number in range(3, 7):
        assert caller.ask_all(body_of(signal(number)))[0].body["status"] == "accepted"
    assert lookups == []
