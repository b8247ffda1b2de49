"""Links made by hand: staff's own date stands, one account a store, no token kept in the open."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from receiver.errors import InputError, NotFound
from receiver.services.connections.disconnect import erase_store
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.links import add_link, page_of_links, remove_link
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import tables
from tests.conftest import on_both_databases
from tests.db_factories import keep_link, keep_store, rows_of
from tests.factories import LINKED, OPEN


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def add(container, advertiser_id="700001", **changes):
    what = {"store_id": "st_1", "advertiser_id": advertiser_id, "token": "very-secret-token", "actor": "ann"}
    return add_link(container.at(OPEN), **{**what, **changes})


def test_a_link_without_a_date_is_first_seen_now_and_not_exact(container):
    keep_store(container)
    link = add(container)
    assert (link.linked_at, link.exact, link.consent) == (OPEN, False, True)


def test_consent_for_what_the_store_claimed_keeps_the_claims_date(container):
    keep_store(container)
    keep_link(container, advertiser_id="700001", token_encrypted=None, consent=None)
    link = add(container)
    assert (link.linked_at, link.exact, link.consent) == (LINKED, True, True)


@on_both_databases
def test_staffs_own_date_stands_against_any_later_signal(container):
    keep_store(container)
    keep_link(container, advertiser_id="700001", linked_news=["x", 1, LINKED.isoformat()])
    add(container, linked_at=LINKED - timedelta(days=1))
    assert [link.linked_news for link in rows_of(container, tables.Link)] == [None]
    fact = {"name": "linked_at", "value": LINKED.isoformat(), "reason": "r", "evidence": "e", "actor": "ann"}
    record_staff_fact(container.at(OPEN), store_id="st_1", **fact)
    (link,) = rows_of(container, tables.Link)
    assert (link.linked_at, link.exact, link.linked_news) == (LINKED, True, None)


@on_both_databases
def test_a_store_has_one_account_at_a_time(container):
    keep_store(container)
    add(container, "700001")
    add(container, "700002")
    open_accounts = [
        link.advertiser_id
        for link in page_of_links(container.database, "st_1", limit=0).rows
        if link.ended_at is None
    ]
    assert open_accounts == ["700002"]


@on_both_databases
def test_a_token_is_kept_encrypted_and_forgotten_with_the_link(container):
    keep_store(container)
    add(container)
    (link,) = rows_of(container, tables.Link)
    assert "very-secret-token" not in link.token_encrypted
    remove_link(container.at(OPEN), store_id="st_1", actor="ann")
    assert [link.token_encrypted for link in rows_of(container, tables.Link)] == [None]
    with container.database.reading() as session:
        details = [str(row.detail) for row in session.scalars(select(tables.AuditEntry))]
    assert details
    assert not [detail for detail in details if "very-secret-token" in detail]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"advertiser_id": "abc"}, InputError, "advertiser"),
        ({"advertiser_id": "٣٣٣٣٣"}, InputError, "advertiser"),
        ({"advertiser_id": "0"}, InputError, "advertiser"),
        ({"advertiser_id": "000000"}, InputError, "advertiser"),
        ({"advertiser_id": " "}, InputError, "advertiser"),
        ({"advertiser_id": "7.40E+18"}, InputError, "advertiser"),
        ({"advertiser_id": "7" * 31}, InputError, "advertiser"),
        ({"token": " "}, InputError, "token"),
        ({"token": "two\nlines"}, InputError, "token"),
        ({"linked_at": OPEN + timedelta(days=1)}, InputError, "linked-at"),
        ({"linked_at": OPEN.replace(year=25)}, InputError, "linked-at"),
        ({"store_id": "st_nobody"}, NotFound, "st_nobody"),
    ],
)
def test_what_cannot_be_linked_is_refused_by_name(container, changes, error, message):
    keep_store(container)
    with pytest.raises(error, match=message):
        add(container, **changes)
    assert page_of_links(container.database, None, limit=0).rows == []


@on_both_databases
def test_one_account_typed_with_spaces_is_the_same_account(container):
    keep_store(container)
    add(container, " 700001\n")
    assert add(container, "700001").id == 1


def test_who_consented_is_forgotten_with_an_erased_store_though_its_token_went_before(container):
    keep_store(container)
    add(container)
    with container.database.writing() as session:
        session.scalars(select(tables.Link)).one().tiktok_user_hash = "user"
    disconnect_store(container.at(OPEN), "st_1", reason="asked", actor="ann")
    assert erase_store(container.at(OPEN), "st_1", reason="asked", actor="ann")["consents"] == 1
    assert [link.tiktok_user_hash for link in rows_of(container, tables.Link)] == [None]
    assert "consents" not in erase_store(container.at(OPEN), "st_1", reason="asked", actor="ann")
