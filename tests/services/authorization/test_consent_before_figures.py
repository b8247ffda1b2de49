"""An account's figures reach a store only through that store's own link with its advertiser's consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from receiver.container import Container
from receiver.domain.store_filters import StoreCondition, StoreFilters
from receiver.services.authorization.withdraw import withdraw_consent
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.evaluation.facts import facts_from
from receiver.services.evaluation.records import records_of
from receiver.services.polling.refresh import refresh_for_token
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.links import give_consent
from receiver.services.stores.listing import page_of_stores
from receiver.storage.cipher import token_hash
from receiver.storage.spend import stores_to_decide
from receiver.storage.tables import Account, Link, Store
from tests.conftest import on_both_databases
from tests.db_factories import keep_all, keep_day, keep_link, keep_store
from tests.factories import FIRST, SETTLED

OTHER = "st_2"


@pytest.fixture
def database_kind() -> str:
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def claimant(container: Container) -> str:
    """A store that names the account of st_1, which nobody consented to its reading."""
    keep_all(container)
    keep_store(container, OTHER, status_token_hash=token_hash("token"))
    keep_link(container, OTHER, consent=None, token_encrypted=None, prior_spend=None)
    return OTHER


def facts_of(container: Container, store_id: str) -> Any:
    with container.database.reading() as session:
        return facts_from(records_of(session, session.get_one(Store, store_id), SETTLED), SETTLED)


def link_of(container: Container, store_id: str) -> Link:
    with container.database.reading() as session:
        return session.scalars(select(Link).where(Link.store_id == store_id)).one()


def withdraw(container: Container, store_id: str) -> None:
    encrypted = link_of(container, store_id).token_encrypted
    with container.database.writing() as session:
        withdraw_consent(session, "7001", SETTLED, "asked", token_encrypted=encrypted)


def test_a_claim_brings_no_account_no_figure_and_no_history(container: Container, claimant: str):
    facts = facts_of(container, claimant)
    assert (facts.account, facts.spend, facts.payments, facts.bills_readable) == (None, (), (), None)
    history = facts.history
    assert (history.prior_spend, history.account_awards, history.business_center_awards) == (None, None, None)
    assert facts.claimed_account == "7001"


def test_a_claim_tells_neither_when_the_account_is_read_nor_that_it_was(container: Container, claimant: str):
    status = status_of(container.at(SETTLED), claimant)
    assert (status.next_check, status.stale) == (None, True)  # as of a store without any account
    assert status.decision.account_read_at is None


@on_both_databases
def test_a_claim_brings_no_poll_of_the_account_forward(container: Container, claimant: str):
    with container.database.writing() as session:
        session.get_one(Account, "7001").next_poll_at = SETTLED + timedelta(days=5)
    assert refresh_for_token(container.at(SETTLED), "token").accepted
    decide_store(container.at(SETTLED), claimant)
    with container.database.reading() as session:
        assert session.get_one(Account, "7001").next_poll_at == SETTLED + timedelta(days=5)
        assert stores_to_decide(session, "7001") == ["st_1"]


@on_both_databases
def test_a_claim_shows_no_reading_in_a_list_of_stores(container: Container, claimant: str):
    page = page_of_stores(container.database, StoreFilters(), after=None, limit=10)
    polls = {row["id"]: row["next_poll"] is not None for row in page.rows}
    assert polls == {"st_1": True, OTHER: False}
    stale = StoreFilters(condition=StoreCondition.FIGURES_STALE)
    later = SETTLED + timedelta(days=9)
    for store_id in ("st_1", OTHER):
        decide_store(container.at(later), store_id)
    page = page_of_stores(container.database, stale, after=None, limit=10)
    assert [row["id"] for row in page.rows] == ["st_1"]


def test_one_stores_claim_makes_no_other_store_ineligible(container: Container, claimant: str):
    before = facts_of(container, "st_1")
    with container.database.writing() as session:  # it says to have been first
        link = session.scalars(select(Link).where(Link.store_id == claimant)).one()
        link.linked_at -= timedelta(days=30)
    assert facts_of(container, "st_1") == before
    assert before.history.set_up_before is False


def test_the_order_of_consents_says_who_was_first_whatever_the_stores_claim(
    container: Container, claimant: str
):
    with container.database.writing() as session:
        link = session.scalars(select(Link).where(Link.store_id == claimant)).one()
        link.linked_at -= timedelta(days=30)
        give_consent(session, container.cipher, SETTLED, claimant, "7001", "another token")
    assert facts_of(container, claimant).history.set_up_before is True
    assert facts_of(container, "st_1").history.set_up_before is False


@on_both_databases
def test_figures_stay_as_they_were_when_the_consent_ended_whatever_others_read_later(
    container: Container, claimant: str
):
    with container.database.writing() as session:
        give_consent(session, container.cipher, SETTLED, claimant, "7001", "another token")
    shared = facts_of(container, claimant)
    assert shared.spend == facts_of(container, "st_1").spend != ()
    withdraw(container, claimant)
    keep_day(container, "4000.00", FIRST + timedelta(days=1))
    with container.database.writing() as session:
        session.get_one(Account, "7001").status = "STATUS_DISABLE"
    remaining = facts_of(container, claimant)
    assert remaining.account.consent is False
    assert (remaining.spend, remaining.account.status) == (shared.spend, "STATUS_ENABLE")
    assert len(facts_of(container, "st_1").spend) == len(shared.spend) + 1


def test_a_consent_given_again_shows_the_figures_of_now(container: Container):
    keep_all(container)
    withdraw(container, "st_1")
    keep_day(container, "40.00", FIRST + timedelta(days=1))
    assert len(facts_of(container, "st_1").spend) == 1
    with container.database.writing() as session:
        give_consent(session, container.cipher, SETTLED, "st_1", "7001", "new token")
    assert len(facts_of(container, "st_1").spend) == 2


def test_a_consent_that_goes_with_its_store_is_remembered(container: Container):
    keep_all(container)
    proven_at = link_of(container, "st_1").proven_at
    disconnect_store(container.at(SETTLED), "st_1", reason="asked", actor="ann")
    link = link_of(container, "st_1")
    assert (link.consent, link.token_encrypted, link.proven_at) == (None, None, proven_at)
    keep_store(container, OTHER)
    keep_link(container, OTHER, "7001", proven_at=SETTLED)
    assert facts_of(container, OTHER).history.set_up_before is True
