"""Stores, links, facts, decisions and spend by API: the same services as the console and the command line."""

import json

import pytest
from sqlalchemy import select

from receiver.app import create_app
from receiver.documents.facts import read_facts
from receiver.services.decisions.decide import decide_store
from receiver.storage.tables import AuditEntry, DecisionRow, Link
from receiver.strict_json import read_json
from tests.db_factories import keep_account, keep_all, keep_day, keep_link, keep_store
from tests.factories import FIRST, SETTLED
from tests.staff import BASE, staff_token

API = "/api/v1/admin"
OPERATOR = "operator@staff.example"


@pytest.fixture
def ask(container, clock):
    clock.at = SETTLED
    client, headers = create_app(container=container).test_client(), staff_token(container)

    def call(path, body=None):
        """Get a path, or post a body to it."""
        method = "GET" if body is None else "POST"
        answer = client.open(API + path, method=method, json=body, headers=headers, base_url=BASE)
        return answer.status_code, answer.json

    return call


@pytest.fixture
def store_id(container):
    store_id = keep_all(container)
    decide_store(container.at(SETTLED), store_id)
    return store_id


def audited(container, action):
    with container.database.reading() as session:
        return session.scalars(select(AuditEntry.actor).where(AuditEntry.action == action)).all()


def test_stores_are_listed_by_filters_and_paged(ask, container, store_id):
    for n in range(3):
        keep_store(container, f"st_w{n}", admitted_at=None, name="Waits & co")
    assert [item["id"] for item in ask("/stores?stage=due")[1]["items"]] == ["st_1"]
    first = ask("/stores?condition=waiting&text=waits&limit=2")[1]
    second = ask(f"/stores?condition=waiting&text=waits&limit=2&after={first['next']}")[1]
    assert [item["id"] for page in (first, second) for item in page["items"]] == ["st_w0", "st_w1", "st_w2"]
    assert (first["items"][0]["conditions"], second["next"]) == (["waiting"], None)
    assert ask("/stores?after=x")[0] == ask("/stores?condition=bad")[0] == 400


def test_a_store_is_shown_with_its_merchants_own_document(ask, store_id):
    status, store = ask(f"/stores/{store_id}")
    assert (status, store["stage"], store["connection"]) == (200, "due", None)
    assert store["webhook_url"] == "https://credit.example/webhooks/woocommerce/st_1"
    document = ask(f"/stores/{store_id}/status")[1]
    assert (document["stage"], document["store"]["name"]) == ("due", "Example store")
    assert document["tier"] == {"threshold": "500.00", "credit": "500.00"}


def test_a_store_is_added_admitted_given_new_secrets_disconnected_and_erased(ask, container):
    details = {"url": "https://new.example", "name": "New", "country": "US", "currency": "USD"}
    status, store = ask("/stores", details)
    assert (status, store["webhook_url"].endswith(store["id"])) == (201, True)
    assert ask("/stores", details)[0] == 409
    path = f"/stores/{store['id']}"
    assert ask(f"{path}/admit", {})[1]["admitted_at"] is not None
    rotated = ask(f"{path}/rotate-secret", {"overlap_hours": 1})[1]
    assert rotated["old_valid_until"] == "2025-12-04T13:00:00Z"
    assert rotated["webhook_secret"] != store["webhook_secret"]
    assert ask(f"{path}/rotate-token", {})[1]["status_token"] != store["status_token"]
    assert ask(f"{path}/reconcile", {})[0] == 404
    assert ask(f"{path}/erase", {"reason": "asked"})[0] == 409
    assert ask(f"{path}/disconnect", {"reason": " "})[0] == 400
    assert ask(f"{path}/disconnect", {"reason": "closed"})[1]["disconnected_at"] is not None
    assert ask(f"{path}/erase", {"reason": "asked"})[1]["erased"] != {}
    changes = ("add", "rotate-secret", "rotate-token", "disconnect", "erase")
    assert [audited(container, f"stores {change}") for change in changes] == [[OPERATOR]] * len(changes)


def test_merchants_are_merged_after_a_dry_run(ask, container, store_id):
    keep_all(container, "st_2", "7002", spent="700.00")
    merge = {"into": store_id, "reason": "one owner", "evidence": "T-3"}
    preview = ask("/stores/st_2/merge", {**merge, "dry_run": True})[1]
    assert audited(container, "stores merge") == []
    assert ask("/stores/st_2/merge", merge)[1] == preview
    assert [(item["id"], item["stage"]) for item in preview["stores"]] == [
        ("st_1", "due"),
        ("st_2", "ineligible"),
    ]
    assert ask("/stores/st_2/merge", merge)[0] == 409
    assert audited(container, "stores merge") == [OPERATOR]


def test_links_are_opened_listed_and_ended(ask, container, store_id):
    keep_store(container, "st_2")
    link_details = {
        "store": "st_2",
        "advertiser": "70002",
        "token": "secret-token",
        "linked_at": "2025-11-01T00:00:00Z",
    }
    status, link = ask("/links", link_details)
    assert (status, link["linked_at"], link["exact"]) == (201, "2025-11-01T00:00:00Z", True)
    first = ask("/links?limit=1")
    assert "secret-token" not in json.dumps(first)
    second = ask(f"/links?limit=1&after={first[1]['next']}")[1]
    assert [item["store"] for page in (first[1], second) for item in page["items"]] == ["st_2", "st_1"]
    assert second["next"] is None
    assert ask("/links/st_2/remove", {})[1]["ended_at"] == "2025-12-04T12:00:00Z"
    assert ask("/links/st_2/remove", {})[0] == 404
    assert [item["ended_at"] is None for item in ask("/links?store=st_1")[1]["items"]] == [True]
    assert ask("/links", {**link_details, "store": "st_9"})[0] == 404


def test_a_consent_that_serves_other_stores_is_given_back_only_where_that_is_meant(ask, container, store_id):
    keep_store(container, "st_2")
    keep_link(container, "st_2", "7002", token_encrypted=container.cipher.encrypt("token-of-7001"))
    keep_account(container, "7002")
    assert ask("/links/st_2/revoke", {"reason": "asked"})[0] == 409
    with container.database.reading() as session:
        assert session.scalars(select(Link.consent)).all() == [True, True]
    assert ask("/links/st_9/revoke", {"reason": "asked"})[0] == 404


def test_a_fact_is_told_beforehand_and_recorded_with_its_effect(ask, container, store_id):
    fact = {"name": "safety_flag", "value": "yes", "reason": "TikTok wrote", "evidence": "T-7"}
    preview = ask(f"/facts/{store_id}", {**fact, "dry_run": True})[1]
    assert (preview["saved"], preview["stage"], audited(container, "facts set")) == (False, "blocked", [])
    recorded = ask(f"/facts/{store_id}", fact)[1]
    assert recorded == {**preview, "saved": True}
    assert {"what": "stage", "before": "due", "after": "blocked"} in recorded["effect"]
    assert ask(f"/facts/{store_id}", {**fact, "value": "perhaps"})[0] == 400
    assert ask(f"/facts/{store_id}", {**fact, "name": "override", "value": "spend_reached=pass"})[0] == 409
    document = ask(f"/facts/{store_id}")[1]
    assert document["history"]["safety_flag"] is True
    assert read_facts(read_json(json.dumps(document))).programme == "woocommerce-2025"


def test_decisions_are_paged_and_each_is_whole(ask, container, store_id):
    for amount in ("610.00", "620.00"):
        keep_day(container, amount)
        decide_store(container.at(SETTLED), store_id)
    first = ask(f"/decisions?store={store_id}&limit=2")[1]
    last = ask(f"/decisions?store={store_id}&limit=2&after={first['next']}")[1]
    ids = [item["id"] for page in (first, last) for item in page["items"]]
    with container.database.reading() as session:
        assert ids == session.scalars(select(DecisionRow.id).order_by(DecisionRow.id.desc())).all()
    assert [change["what"] for change in first["items"][0]["changes"]] != []
    item = ask(f"/decisions/{ids[0]}")[1]
    assert (item["answer"]["spend"]["qualifying"], item["facts"]["spend"][0]["date"]) == (
        "620.00",
        f"{FIRST}",
    )
    assert ask("/decisions?store=st_9")[0] == ask(f"/decisions/{2**63}")[0] == 404


def test_an_accounts_days_are_told(ask, store_id):
    status, spend = ask("/spend/7001")
    assert (status, spend["currency"], spend["days"][0]["cash_spend"]) == (200, "USD", "600.00")
    assert ask("/spend/7009")[0] == ask("/spend/7009/poll", {})[0] == 404


def test_an_id_that_none_can_have_is_not_found(ask):
    for path in ("/stores/%00", "/facts/%00", "/spend/%00"):
        assert ask(path)[0] == 404, path
    assert ask("/stores/%00/rotate-token", {})[0] == 404
    for path in ("/links?store=%00", "/decisions?store=%00"):
        assert ask(path) == (400, {"error": "store: must be text"})
