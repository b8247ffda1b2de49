"""POST /api/v1/connect-tickets: the plugin gets an address for its merchant, and nobody else does."""

from __future__ import annotations

import pytest

from receiver.app import create_app
from receiver.storage.cipher import token_hash
from tests.db_factories import keep_store

TOKEN = "stt_" + "a" * 40


@pytest.fixture
def client(container):
    keep_store(container, status_token_hash=token_hash(TOKEN))
    return create_app(container=container).test_client()


def ask(client, token=TOKEN, **body):
    return client.post("/api/v1/connect-tickets", headers={"Authorization": f"Bearer {token}"}, **body)


@pytest.mark.parametrize(
    "body",
    [{}, {"json": {}}, {"json": {"return_url": None}}, {"json": {"return_url": "https://st-1.example/a"}}],
)
def test_a_store_gets_an_address_of_ours_that_no_cache_keeps(client, body):
    answer = ask(client, **body)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert answer.json["url"].startswith("https://credit.example/connect/tiktok?ticket=")
    assert answer.json["expires_at"] == "2025-11-20T12:10:00Z"
    assert TOKEN not in answer.text


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"json": {"return_url": "https://evil.example/"}}, "return_url: must be a page of https://st-1"),
        ({"json": {"return_url": 7}}, "return_url: must be a text"),
        ({"json": {"store": "st_2"}}, "store: is no field of this document"),
        ({"json": []}, "the document must be an object"),
        ({"data": b"return_url=1"}, "not JSON"),
    ],
)
def test_a_wrong_request_is_named(client, body, problem):
    answer = ask(client, **body)
    assert answer.status_code == 400
    assert answer.json["error"].startswith(problem)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_nobody_else_gets_one(client, headers):
    answer = client.post("/api/v1/connect-tickets", headers=headers)
    assert (answer.status_code, answer.json) == (401, {"error": "unauthorized"})
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
