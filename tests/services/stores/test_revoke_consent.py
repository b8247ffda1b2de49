"""A consent given back: TikTok first, then here; nobody else loses theirs unawares."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from receiver.errors import Advice, InputError, NotFound, ProviderError, Refused
from receiver.services.polling.poll import poll_due
from receiver.services.stores.links import page_of_links
from receiver.services.stores.revoke_consent import preview_revocation, revoke_consent
from receiver.storage.tables import Account, AuditEntry, Link
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_link, keep_store, rows_of
from tests.fake_tiktok import FakeTikTok

SHARED = "one-token-of-an-agency"


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


class Revoking:
    """A TikTok that revokes tokens, or raises `fault`."""

    def __init__(self, account_ids=("7001",), fault=None):
        self.account_ids, self.fault = list(account_ids), fault
        self.revoked: list[str] = []

    def revoke_token(self, token):
        if self.fault:
            raise self.fault
        self.revoked.append(token)
        return self.account_ids


@pytest.fixture
def linked(container):
    keep_store(container)
    keep_link(container, scopes=[4, 100])
    keep_account(container)
    return container


def revoke(container, tiktok, store_id="st_1", reason="asked by the merchant", **more):
    return revoke_consent(replace(container, tiktok=tiktok), store_id, reason=reason, actor="ann", **more)


def also_serve(container, store_id, advertiser_id, token):
    keep_store(container, store_id)
    keep_link(container, store_id, advertiser_id, token_encrypted=container.cipher.encrypt(token))


def consents(container):
    return {link.store_id: link.consent for link in page_of_links(container.database, None, limit=0).rows}


def test_the_token_goes_back_and_nothing_is_asked_with_it_any_more(linked):
    tiktok = Revoking()
    revoke(linked, tiktok)
    (link,) = rows_of(linked, Link)
    assert tiktok.revoked == ["token-of-7001"]
    assert (link.consent, link.token_encrypted, link.scopes, link.ended_at) == (False, None, None, None)
    silent = FakeTikTok()
    assert (poll_due(replace(linked, tiktok=silent)), silent.calls) == ([], [])
    with linked.database.reading() as session:
        entries = [(row.actor, row.action, row.subject) for row in session.scalars(select(AuditEntry))]
    assert entries == [("ann", "tiktok consent withdrawn", "st_1")]


@pytest.mark.parametrize("advice", [Advice.AGAIN, Advice.CONFIGURATION, Advice.PAUSE_APP])
def test_what_tiktok_did_not_take_back_stands(linked, advice):
    with pytest.raises(ProviderError):
        revoke(linked, Revoking(fault=ProviderError("not now", advice=advice)))
    assert consents(linked) == {"st_1": True}


def test_what_tiktok_no_longer_knows_is_given_back_already(linked):
    revoke(linked, Revoking(fault=ProviderError("gone", advice=Advice.REAUTHORISE, code=40105)))
    assert consents(linked) == {"st_1": False}


@on_both_databases
def test_stores_that_share_a_token_lose_it_only_where_that_is_meant(container):
    also_serve(container, "st_1", "7001", SHARED)
    also_serve(container, "st_2", "7002", SHARED)
    also_serve(container, "st_3", "7003", "another-users")
    tiktok = Revoking()
    with pytest.raises(Refused, match="st_2"):
        revoke(container, tiktok)
    assert (tiktok.revoked, set(consents(container).values())) == ([], {True})
    assert [link.store_id for link in revoke(container, tiktok, with_others=True)] == ["st_1", "st_2"]
    assert consents(container) == {"st_1": False, "st_2": False, "st_3": True}


@on_both_databases
def test_a_consent_tiktok_may_have_ended_with_it_is_asked_at_once(linked):
    also_serve(linked, "st_2", "7002", "another-token-of-the-same-user")
    keep_account(linked, "7002", next_poll_at=None)
    revoke(linked, Revoking(account_ids=["7001", "7002", "7999"]))
    with linked.database.reading() as session:
        ours, other = (session.get(Account, item).next_poll_at for item in ("7001", "7002"))
    assert (ours, other) == (None, linked.now())
    assert consents(linked)["st_2"] is True


def test_a_consent_given_again_meanwhile_stands(linked):
    class RenewedMeanwhile(Revoking):
        def revoke_token(self, token):
            with linked.database.writing() as session:
                session.get(Link, 1).token_encrypted = linked.cipher.encrypt("new")
            return super().revoke_token(token)

    revoke(linked, RenewedMeanwhile())
    assert consents(linked) == {"st_1": True}


@pytest.mark.parametrize(
    ("store_id", "reason", "error"),
    [
        ("st_nobody", "why", NotFound),
        ("st_2", "why", NotFound),
        ("st_3", "why", Refused),
        ("st_1", " ", InputError),
    ],
)
def test_what_cannot_be_given_back_is_told(linked, store_id, reason, error):
    keep_store(linked, "st_2")
    keep_store(linked, "st_3")
    keep_link(linked, "st_3", token_encrypted=None, consent=False)
    tiktok = Revoking()
    with pytest.raises(error):
        revoke(linked, tiktok, store_id, reason)
    assert tiktok.revoked == []


def test_a_preview_tells_each_store_that_would_lose_its_consent_and_changes_nothing(linked):
    also_serve(linked, "st_2", "7002", "token-of-7001")
    tiktok = Revoking()
    changes = preview_revocation(replace(linked, tiktok=tiktok), "st_1")
    assert [change.store for change in changes] == ["st_1", "st_2"]
    assert all(
        {"what": "rules.account_linked", "before": "pass", "after": "unknown"} in item.changes
        for item in changes
    )
    assert tiktok.revoked == []
    assert consents(linked) == {"st_1": True, "st_2": True}
    assert rows_of(linked, AuditEntry) == []


def test_there_is_no_preview_without_a_consent_that_stands(linked):
    revoke(linked, Revoking())
    with pytest.raises(Refused, match="no consent that could be given back"):
        preview_revocation(linked, "st_1")
    with pytest.raises(NotFound):
        preview_revocation(linked, "st_9")
