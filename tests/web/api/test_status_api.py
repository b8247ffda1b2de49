"""GET /api/v1/status answers the store of the token, and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from receiver.app import create_app
from receiver.services.decisions.decide import decide_store
from receiver.storage.cipher import token_hash
from receiver.storage.tables import Store
from tests.db_factories import keep_all, keep_store
from tests.factories import SETTLED
from tests.fakes import UnreachableDatabase

TOKEN = "stt_" + "a" * 40


@pytest.fixture
def client(container):
    return create_app(container=container).test_client()


def ask(client, token=TOKEN, **headers):
    return client.get("/api/v1/status", headers={"Authorization": f"Bearer {token}", **headers})


@pytest.fixture
def store(container):
    store_id = keep_all(container)
    keep_store(container, "st_2", status_token_hash=token_hash("stt_other"))
    with container.database.writing() as session:
        session.get(Store, store_id).status_token_hash = token_hash(TOKEN)
    return store_id


def test_a_store_sees_its_own_status(client, store, container, clock):
    decide_store(container.at(SETTLED), store)
    clock.at = SETTLED + timedelta(hours=25)  # a day after the figures were read
    status = ask(client).json
    assert (status["store"]["id"], status["store"]["name"]) == (store, "Example store")
    assert (status["stage"], status["award"]["credit"], status["award"]["due_by"]) == (
        "due",
        "500.00",
        "2025-12-08",
    )
    assert (status["stale"], status["next_check"]) == (True, "2025-10-31T10:05:00Z")
    assert ask(client, "stt_other").json["store"]["id"] == "st_2"


@pytest.mark.parametrize(
    "authorization", [None, "Bearer", "Bearer ", "Bearer wrong", "Basic eDp5", f"bearer{TOKEN}"]
)
def test_without_a_stores_token_there_is_no_answer(client, store, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = client.get("/api/v1/status", headers=headers)
    assert (answer.status_code, answer.json) == (401, {"error": "unauthorized"})
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")


def test_a_disconnected_stores_token_opens_nothing(client, store, container, clock):
    with container.database.writing() as session:
        session.get(Store, store).disconnected_at = clock()
    assert ask(client).status_code == 401


def test_the_answer_holds_no_token_or_secret(client, store):
    assert not [word for word in ("token", "secret", TOKEN) if word in ask(client).text]


def test_a_database_that_is_gone_is_503_with_retry_after_and_no_detail(container):
    answer = ask(create_app(container=replace(container, database=UnreachableDatabase())).test_client())
    assert (answer.status_code, answer.json) == (503, {"error": "temporarily unavailable"})
    assert answer.headers["Retry-After"]


def test_the_description_names_the_status_address(client):
    described = client.get("/openapi.json").json
    assert "/api/v1/status" in described["paths"]
    assert described["openapi"].startswith("3.1")
