"""Tickets: kept as hashes, few of a store, and forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from receiver.errors import InputError, NotFound
from receiver.services.authorization.tickets import issue_ticket
from receiver.services.deliveries.purge import purge
from receiver.services.stores.disconnect import disconnect_store
from receiver.storage.cipher import token_hash
from receiver.storage.consents import PER_STORE
from receiver.storage.tables import ConsentFlow
from tests.db_factories import keep_store

TOKEN = "stt_" + "a" * 40


@pytest.fixture
def store_id(container):
    return keep_store(container, status_token_hash=token_hash(TOKEN))


def ticket(container, token=TOKEN, return_url=None):
    return issue_ticket(container, token, return_url)


def stored_flows(container):
    with container.database.reading() as session:
        return list(session.scalars(select(ConsentFlow).order_by(ConsentFlow.created_at)))


def test_a_ticket_is_its_stores_for_ten_minutes_and_only_its_hash_is_kept(container, store_id):
    issued = ticket(container)
    (flow,) = stored_flows(container)
    assert (flow.store_id, flow.expires_at) == (store_id, container.now() + timedelta(minutes=10))
    assert flow.ticket_hash == token_hash(issued.text)
    assert issued.text not in f"{vars(flow)} {issued!r}"


def test_no_two_tickets_are_alike(container, store_id):
    assert ticket(container).text != ticket(container).text


def test_of_one_stores_tickets_the_newest_remain(container, store_id, clock):
    keep_store(container, "st_2", status_token_hash=token_hash("another"))
    ticket(container, "another")
    for _ in range(PER_STORE + 2):
        clock.move(seconds=1)
        ticket(container)
    flows = stored_flows(container)
    assert [flow.store_id for flow in flows] == ["st_2", *[store_id] * PER_STORE]
    assert flows[-1].created_at == clock()


def test_nobody_leads_back_to_a_page_of_another_host(container, store_id):
    assert ticket(container, return_url="https://st-1.example/wp-admin/")
    with pytest.raises(InputError, match=r"^return_url: must be a page of https://st-1\.example/$"):
        ticket(container, return_url="https://evil.example/")
    assert len(stored_flows(container)) == 1


def test_a_disconnected_store_has_no_tickets_and_gets_none(container, store_id):
    ticket(container)
    disconnect_store(container, store_id, reason="closed", actor="ann")
    assert stored_flows(container) == []
    with pytest.raises(NotFound):
        ticket(container)


def test_a_flow_is_forgotten_after_a_day(container, store_id, clock):
    ticket(container)
    clock.move(days=1)
    assert purge(container.at(clock()), 30, within=timedelta(minutes=1))["consent flows"] == 0
    clock.move(seconds=1)
    assert purge(container.at(clock()), 30, within=timedelta(minutes=1))["consent flows"] == 1
    assert stored_flows(container) == []
