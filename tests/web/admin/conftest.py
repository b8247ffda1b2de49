"""Fixtures of the console's tests: stores that several pages show.

These tests read no row themselves: services do, and their tests run on both databases.
"""

from __future__ import annotations

import pytest
from sqlalchemy import update

from receiver.services.decisions.decide import decide_store
from receiver.storage.tables import Link, RecordedFact
from tests.db_factories import keep_all
from tests.factories import OPEN, SETTLED
from tests.staff import Console


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def provisional(container, clock):
    """A store whose payment is unknown: it earned an award once staff confirm that it was paid."""
    clock.at = SETTLED
    keep_all(container)
    with container.database.writing() as session:
        session.execute(update(RecordedFact).values(value="unknown"))
    decide_store(container.at(SETTLED), "st_1")


@pytest.fixture
def consent_withdrawn(container, clock):
    """A store that accumulates spend, whose advertiser withdrew the consent."""
    clock.at = OPEN
    keep_all(container, spent="310.00")
    with container.database.writing() as session:
        session.execute(update(Link).values(consent=False, consent_lost="withdrawn", token_encrypted=None))
    decide_store(container.at(OPEN), "st_1")


@pytest.fixture
def operator(container, clock):
    clock.at = SETTLED
    return Console(container)
