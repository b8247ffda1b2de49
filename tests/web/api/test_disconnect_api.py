"""POST /api/v1/disconnect: a merchant ends the connection from the plugin, once and for good."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from receiver.app import create_app
from receiver.services.stores.show import show_store
from receiver.storage import tables
from receiver.storage.cipher import token_hash
from tests.db_factories import keep_store


@pytest.fixture
def disconnect(container):
    keep_store(container, status_token_hash=token_hash("stt_1"))
    app = create_app(container=container).test_client()

    def post(document, token="stt_1"):
        return app.post("/api/v1/disconnect", json=document, headers={"Authorization": f"Bearer {token}"})

    return post


@pytest.mark.parametrize("reason", ["merchant", "uninstalled"])
def test_the_store_is_disconnected_by_its_merchant(container, disconnect, reason):
    answer = disconnect({"reason": reason})
    assert (answer.status_code, answer.json) == (200, {"status": "disconnected"})
    assert show_store(container.database, "st_1").disconnected_at == container.now()
    with container.database.reading() as session:
        (entry,) = session.scalars(
            select(tables.AuditEntry).where(tables.AuditEntry.action == "stores disconnect")
        )
    assert entry.actor == "merchant"


def test_the_status_token_ends_with_the_connection(disconnect):
    disconnect({"reason": "merchant"})
    assert disconnect({"reason": "merchant"}).status_code == 401


@pytest.mark.parametrize("document", [{}, {"reason": "bored"}, {"reason": "merchant", "more": 1}, []])
def test_what_is_no_reason_changes_nothing(container, disconnect, document):
    assert disconnect(document).status_code == 400
    assert show_store(container.database, "st_1").disconnected_at is None


def test_a_wrong_reason_is_told_with_the_right_ones(disconnect):
    assert disconnect({"reason": "bored"}).json == {"error": "reason: must be one of merchant, uninstalled"}


def test_a_stranger_ends_nothing(container, disconnect):
    assert disconnect({"reason": "merchant"}, token="stt_other").status_code == 401
    assert show_store(container.database, "st_1").disconnected_at is None
