"""POST /api/v1/reviews: a merchant's plugin asks, and reads the answer in its status document."""

from __future__ import annotations

import pytest

from receiver.app import create_app
from receiver.domain.reviews import ReviewAnswer
from receiver.services.reviews.answer import StaffAnswer, answer_review
from receiver.services.reviews.listing import page_of_reviews
from receiver.storage.cipher import token_hash
from tests.db_factories import keep_store

TOKEN = "stt_" + "a" * 40
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def client(container):
    keep_store(container, status_token_hash=token_hash(TOKEN))
    return create_app(container=container).test_client()


def ask(client, body, **headers):
    return client.post("/api/v1/reviews", json=body, headers={**HEADERS, **headers})


def test_a_repeated_request_opens_no_second_review_and_another_waits_for_its_answer(client):
    first = ask(client, {"message": "we are\nin the US"})
    assert (first.status_code, first.json["state"], first.json["answer"]) == (201, "open", None)
    again = ask(client, {"message": "we are\nin the US"})
    assert (again.status_code, again.json) == (200, first.json)
    other = ask(client, {"message": "and another thing"})
    assert (other.status_code, other.json) == (
        409,
        {"error": "a review is open already; our team answers it first"},
    )


def test_the_status_document_tells_the_review_and_its_answer(client, container):
    def review(language="en"):
        return client.get("/api/v1/status", headers={**HEADERS, "Accept-Language": language}).json["review"]

    assert review() is None
    requested = ask(client, {"message": "wrong"}).json
    assert review() == requested
    answer_review(
        container,
        requested["id"],
        StaffAnswer(ReviewAnswer.UPHELD, "as told"),
        "ann",
    )
    sentence = "Our team answered your review on November 20, 2025; the decision stands: as told"
    assert review()["text"] == sentence
    assert review("es")["text"].endswith("la decisión se mantiene: as told")


def test_the_answer_is_in_the_readers_language(client):
    answer = ask(client, {"message": "wrong"}, **{"Accept-Language": "es"})
    assert answer.headers["Content-Language"] == "es"
    assert answer.json["text"].startswith("Usted solicitó una revisión")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "message: is missing"),
        ({"message": ""}, "message: must be a text of 1 to 2000 characters"),
        ({"message": " \n "}, "message: must be a text"),
        ({"message": "x" * 2001}, "message: must be a text"),
        ({"message": "a\u0000b"}, "message: must be a text"),
        ({"message": 7}, "message: must be a text"),
        ({"message": None}, "message: must not be null"),
        ({"message": "a", "store": "st_2"}, "store: is no field of this document"),
        (["wrong"], "the document must be an object"),
    ],
)
def test_a_wrong_request_is_named_and_nothing_is_kept(client, container, body, path):
    answer = ask(client, body)
    assert answer.status_code == 400
    assert answer.json["error"].startswith(path)
    assert page_of_reviews(container.database, None, limit=0).rows == []


def test_what_is_no_json_is_told(client):
    answer = client.post("/api/v1/reviews", data=b"message=hello", headers=HEADERS)
    assert (answer.status_code, answer.json["error"][:8]) == (400, "not JSON")


@pytest.mark.parametrize("authorization", [None, "Bearer wrong"])
def test_nobody_else_can_ask(client, container, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    assert client.post("/api/v1/reviews", json={"message": "x"}, headers=headers).status_code == 401
    assert page_of_reviews(container.database, None, limit=0).rows == []


def test_the_longest_message_is_kept_whole(client, container):
    ask(client, {"message": "x" * 2000})
    assert len(page_of_reviews(container.database, None, limit=0).rows[0]["message"]) == 2000
