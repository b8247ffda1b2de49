"""GET /api/v1/what-if answers the store of the token what an amount a day leads to."""

from datetime import UTC, datetime

import pytest

from receiver.app import create_app
from receiver.storage.cipher import token_hash
from receiver.storage.tables import Store
from tests.db_factories import keep_all

TOKEN = "stt_" + "a" * 40


@pytest.fixture
def ask(container, clock):
    clock.at = datetime(2025, 11, 20, 17, 0, tzinfo=UTC)
    store_id = keep_all(container)
    with container.database.writing() as session:
        session.get_one(Store, store_id).status_token_hash = token_hash(TOKEN)
    client = create_app(container=container).test_client()

    def ask(query: str, token: str = TOKEN, **headers: str):
        return client.get(f"/api/v1/what-if{query}", headers={"Authorization": f"Bearer {token}", **headers})

    return ask


def test_it_says_the_tier_its_date_and_its_credit(ask):
    answer = ask("?per_day=100.00")  # 600.00 are spent: nine dates more make 1,500
    assert answer.status_code == 200
    assert answer.json == {
        "per_day": "100.00",
        "currency": "USD",
        "tier": {"threshold": "1500.00", "credit": "1500.00"},
        "on": "2025-11-29",
        "credit": "1500.00",
        "credit_by": "2025-12-08",
        "text": "With $100.00 a day from tomorrow on you reach $1,500.00 on November 29, 2025. $1,500.00 of "
        "credit comes by December 8, 2025, if you meet every rule.",
    }


def test_an_amount_that_is_too_little_says_so_and_gives_no_date(ask):
    answer = ask("?per_day=1").json
    assert (answer["tier"], answer["on"], answer["credit"], answer["credit_by"]) == (None, None, None, None)
    assert "no further tier in time" in answer["text"]


def test_it_speaks_the_readers_language(ask):
    answer = ask("?per_day=100", **{"Accept-Language": "es"})
    assert (answer.headers["Content-Language"], "a partir de mañana" in answer.json["text"]) == ("es", True)


@pytest.mark.parametrize(
    "query", ["", "?per_day=", "?per_day=-5", "?per_day=1e9", "?per_day=x", "?per_day=١٠"]
)
def test_what_is_no_amount_is_refused_by_name(ask, query):
    answer = ask(query)
    assert (answer.status_code, "per_day" in answer.text) == (400, True)


def test_without_a_stores_token_there_is_no_answer(ask):
    assert ask("?per_day=10", token="wrong").status_code == 401
