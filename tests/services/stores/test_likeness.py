"""Stores that look like one merchant's: the second gets no award until staff answer, once a pair."""

import json

import pytest
from sqlalchemy import select

from receiver.app import create_app
from receiver.errors import InputError, NotFound, Refused
from receiver.paging import Page
from receiver.services.alerts.work_queue import list_todo_items
from receiver.services.decisions.decide import decide_store
from receiver.services.stores.likeness import keep_apart, page_of_suggestions, suggestions_for
from receiver.services.stores.merge import merge_merchants
from receiver.storage import tables
from tests.conftest import on_both_databases
from tests.db_factories import keep_account, keep_all, keep_store
from tests.factories import SETTLED
from tests.staff import BASE, Console, staff_token

FIRST, SECOND = "st_1", "st_2"


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def put(container, table, key, **values):
    with container.database.writing() as session:
        row = session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)


def change_link(container, store_id, **values):
    with container.database.writing() as session:
        link = session.scalars(select(tables.Link).where(tables.Link.store_id == store_id)).one()
        for name, value in values.items():
            setattr(link, name, value)


def on_one_host(container):
    put(container, tables.Store, FIRST, url="https://shop.example/us/")
    put(container, tables.Store, SECOND, url="https://shop.example/gb/")


def of_one_user(container):
    for store_id in (FIRST, SECOND):
        change_link(container, store_id, tiktok_user_hash="a" * 64)


def of_one_center(container):
    for advertiser_id in ("7001", "7002"):
        put(container, tables.Account, advertiser_id, business_center="6001")


def of_one_name(container):
    put(container, tables.Account, "7001", name="Juniper  Press")
    put(container, tables.Account, "7002", name="juniper press ")


WAYS = {
    "host": on_one_host,
    "tiktok_user": of_one_user,
    "business_center": of_one_center,
    "account_name": of_one_name,
}
each_way = pytest.mark.parametrize("why", WAYS)


@pytest.fixture
def stores(container, clock):
    """Two stores of two merchants, whose accounts spent enough."""
    clock.at = SETTLED
    for number in (1, 2):
        keep_all(container, f"st_{number}", f"700{number}")
    return container


def stage(container, store_id):
    return str(decide_store(container.at(SETTLED), store_id).stage)


def apart(container, **changes):
    values = {"other": SECOND, "reason": "two companies, both registered", "actor": "ann"}
    return keep_apart(container.at(SETTLED), FIRST, **{**values, **changes})


def matters(container):
    return {matter.id: matter.stores for matter in list_todo_items(container.at(SETTLED))}


@on_both_databases
@each_way
def test_the_second_of_two_stores_that_look_alike_waits_for_an_answer(stores, why):
    WAYS[why](stores)
    assert (stage(stores, FIRST), stage(stores, SECOND)) == ("due", "held")
    (suggested,) = suggestions_for(stores.database, SECOND)
    assert (suggested["other"], suggested["why"], suggested["holds_award"]) == (FIRST, [why], True)
    (row,) = page_of_suggestions(stores.database, limit=50).rows
    assert (row["store"], row["other"], row["since"]) == (SECOND, FIRST, SETTLED)
    assert matters(stores)["merchants_alike"] == [(SECOND, "Example store")]
    rule = next(rule for rule in decide_store(stores.at(SETTLED), SECOND).rules if rule.id == "merchant_once")
    assert rule.outcome == "unknown"


@each_way
def test_once_staff_keep_them_apart_the_award_comes_and_nobody_is_asked_again(stores, why):
    WAYS[why](stores)
    stage(stores, FIRST), stage(stores, SECOND)
    assert apart(stores) == apart(stores, reason="said before")
    assert (stage(stores, FIRST), stage(stores, SECOND)) == ("due", "due")
    assert suggestions_for(stores.database, FIRST) == suggestions_for(stores.database, SECOND) == []
    assert page_of_suggestions(stores.database, limit=50) == Page([])
    assert "merchants_alike" not in matters(stores)
    with stores.database.reading() as session:
        entries = session.scalars(
            select(tables.AuditEntry).where(tables.AuditEntry.action == "stores keep-apart")
        )
        assert [(entry.subject, entry.detail["other"]) for entry in entries] == [
            (FIRST, SECOND),
            (SECOND, FIRST),
        ]


@on_both_databases
def test_once_staff_merge_them_there_is_one_award(stores):
    of_one_name(stores)
    stage(stores, FIRST), stage(stores, SECOND)
    values = {"into": FIRST, "reason": "one owner", "evidence": "T-1", "actor": "ann"}
    merge_merchants(stores.at(SETTLED), SECOND, **values)
    assert stage(stores, SECOND) == "ineligible"
    assert suggestions_for(stores.database, SECOND) == []
    assert page_of_suggestions(stores.database, limit=50) == Page([])


def test_an_award_that_waits_for_staff_stops_one_alike(stores):
    of_one_user(stores)
    put(stores, tables.Store, FIRST, stage="held")
    assert stage(stores, SECOND) == "held"


@each_way
def test_a_stranger_without_a_consent_stops_nobodys_award_and_is_nobodys_suggestion(stores, why):
    WAYS[why](stores)
    change_link(stores, FIRST, consent=None, consent_at=None, proven_at=None, token_encrypted=None)
    put(stores, tables.Store, FIRST, stage="held")
    assert stage(stores, SECOND) == "due"
    assert suggestions_for(stores.database, FIRST) == suggestions_for(stores.database, SECOND) == []


@each_way
def test_a_consent_that_was_withdrawn_still_counts(stores, why):
    WAYS[why](stores)
    assert stage(stores, FIRST) == "due"
    change_link(stores, FIRST, consent=False, token_encrypted=None)
    assert stage(stores, SECOND) == "held"


@each_way
def test_a_store_that_only_looks_alike_and_earned_nothing_is_shown_and_stops_nobody(stores, why):
    WAYS[why](stores)
    assert [item["holds_award"] for item in suggestions_for(stores.database, SECOND)] == [False]
    assert stage(stores, SECOND) == "due"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://a.shops.example/", "https://b.shops.example/"),
        ("https://a.example/", "https://www.a.example/"),
    ],
)
def test_another_host_is_another_host(stores, first, second):
    put(stores, tables.Store, FIRST, url=first)
    put(stores, tables.Store, SECOND, url=second)
    assert (stage(stores, FIRST), stage(stores, SECOND)) == ("due", "due")


@on_both_databases
def test_accounts_and_consents_that_nobody_named_are_not_alike(stores):
    for advertiser_id in ("7001", "7002"):
        put(stores, tables.Account, advertiser_id, name=" ", business_center=None)
    assert suggestions_for(stores.database, FIRST) == []


def test_stores_of_another_programme_are_not_alike(stores):
    of_one_name(stores)
    keep_account(stores, "7003", name="Juniper Press")
    put(stores, tables.Store, FIRST, programme="another")
    assert suggestions_for(stores.database, SECOND) == []


def test_an_answer_that_cannot_be_is_refused(stores):
    keep_store(stores, "st_3", merchant="m_st_1")
    with pytest.raises(Refused, match="of one merchant"):
        apart(stores, other="st_3")
    with pytest.raises(InputError, match="other: must be another store"):
        apart(stores, other=FIRST)
    with pytest.raises(InputError, match="reason"):
        apart(stores, reason=" ")
    with pytest.raises(NotFound, match="st_9"):
        apart(stores, other="st_9")


# -- Where staff answer ----------------------------------------------------------------------------


@pytest.fixture
def similar_pair(stores):
    of_one_user(stores)
    assert (stage(stores, FIRST), stage(stores, SECOND)) == ("due", "held")
    return stores


def test_the_console_asks_on_the_stores_page_and_takes_the_answer(similar_pair):
    page = Console(similar_pair, "viewer").get(f"/admin/stores/{SECOND}").text
    assert ("Same tiktok user" in page, "Keep merchants apart" in page) == (True, False)
    operator = Console(similar_pair)
    assert "Keep merchants apart" in operator.get(f"/admin/stores/{SECOND}").text
    assert operator.post(f"/admin/stores/{SECOND}/keep-apart", other=FIRST, reason=" ").status_code == 400
    answer = operator.post(f"/admin/stores/{SECOND}/keep-apart", other=FIRST, reason="two companies")
    assert answer.status_code == 303
    with similar_pair.database.reading() as session:
        assert session.get_one(tables.Store, SECOND).stage == "due"
    assert "Perhaps one owner" not in operator.get(f"/admin/stores/{SECOND}").text


@on_both_databases
def test_the_api_and_the_command_line_list_and_answer_the_same(similar_pair):
    client, token = create_app(container=similar_pair).test_client(), staff_token(similar_pair)
    runner = create_app(container=similar_pair).test_cli_runner()

    def command(*words):
        result = runner.invoke(args=["stores", *words, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    path = "/api/v1/admin"
    rows = client.get(f"{path}/merge-suggestions", headers=token, base_url=BASE).json["items"]
    (row,) = command("suggestions")
    assert [{**row, "since": None} for row in rows] == [{**row, "since": None}]
    assert command("show", SECOND)["may_be_one_merchant"] == [FIRST]
    preview = command("merge", SECOND, "--into", FIRST, "--reason", "r", "--evidence", "e", "--dry-run")
    assert {item["id"]: item["stage"] for item in preview["stores"]} == {FIRST: "due", SECOND: "ineligible"}
    answer = client.post(
        f"{path}/stores/{SECOND}/keep-apart",
        json={"other": FIRST, "reason": "two"},
        headers=token,
        base_url=BASE,
    )
    assert (answer.status_code, answer.json["by"]) == (200, "operator@staff.example")
    assert command("keep-apart", FIRST, SECOND, "--reason", "again")["reason"] == "two"
    assert command("suggestions") == []
