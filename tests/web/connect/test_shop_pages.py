"""Connecting a shop over HTTP: posts captured from real shops, and hostile addresses."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from receiver.app import create_app
from receiver.container import build_container
from receiver.services.connections.connect import begin
from receiver.services.inbox.rate_limit import TokenBucket
from receiver.storage import tables
from receiver.storage.cipher import token_hash
from receiver.web.connect import shop as pages
from receiver.worker.store_work import work_stores
from tests.captures import key_posts
from tests.conftest import make_settings
from tests.fake_stores import URL
from tests.hostile_urls import HOSTILE
from tests.staff import BASE

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


def begin_attempt(container, monkeypatch, user_id):
    """Begin an attempt that waits for keys, in the browser "bbb…"."""
    monkeypatch.setattr("receiver.services.connections.connect.secrets.token_urlsafe", lambda _: user_id)
    begin(container, shop=URL, browser="b" * 43, return_url=None)


def kept_keys(container, user_id):
    with container.database.reading() as session:
        query = select(tables.ConnectionAttempt.keys_encrypted).where(
            tables.ConnectionAttempt.id == token_hash(user_id)
        )
        encrypted = session.scalars(query).one()
    return encrypted and container.cipher.decrypt(encrypted)


def forget(container):
    with container.database.writing() as session:
        session.execute(delete(tables.ConnectionAttempt))


def test_what_shops_really_posted_is_kept_where_it_was_waited_for_and_may_do_enough(container, monkeypatch):
    client = create_app(container=container).test_client()
    answers = set()
    for capture in key_posts():
        posted, request = capture.json, {"data": capture.body, "headers": [*capture.headers]}
        assert client.post("/connect/keys", **request).status_code == 404  # nobody waits for them
        begin_attempt(container, monkeypatch, posted["user_id"])
        status = client.post("/connect/keys", **request).status_code
        keys = f"{posted['consumer_key']}:{posted['consumer_secret']}" if status == 200 else None
        assert kept_keys(container, posted["user_id"]) == keys
        again = client.post("/connect/keys", **request)
        assert again.status_code == {200: 409, 400: 400}[status]  # once only
        answers.add((posted["key_permissions"], status))
        forget(container)
    assert answers == {("read_write", 200), ("read", 400)}


def test_every_hostile_address_is_refused_in_one_sentence_and_leads_nowhere(monkeypatch, database_url):
    lookups = []
    monkeypatch.setattr(
        "wp_bridge.safe_http.socket.getaddrinfo", lambda *arguments, **_: lookups.append(arguments)
    )
    monkeypatch.setattr(
        "wp_bridge.safe_http.socket.create_connection", lambda *arguments, **_: lookups.append(arguments)
    )
    for bucket in ("visitors", "visited"):
        monkeypatch.setattr(pages, bucket, TokenBucket(1000, 1))
    container = build_container(make_settings(database_url=database_url, allow_loopback_stores=False))
    client = create_app(container=container).test_client()
    sentences = set()
    for url in HOSTILE:
        answer = client.get("/connect/go", query_string={"shop": url}, headers=FROM_OUR_PAGE, base_url=BASE)
        if answer.status_code == 303:
            work_stores(container)
            answer = client.get("/connect/store", base_url=BASE)
        sentences |= set(re.findall("<p>([^<]+)</p>", answer.text)[:1])
    container.database.close()
    assert sentences == {"We cannot reach a WooCommerce store at this address."}
    assert lookups == []


@pytest.mark.parametrize("text", ["not a url", "my shop", "shop,example", "my shop.example", "?"])
def test_what_is_no_address_is_told_apart_and_stays_in_the_form(container, text):
    client = create_app(container=container).test_client()
    answer = client.get("/connect/go", query_string={"shop": text}, headers=FROM_OUR_PAGE, base_url=BASE)
    assert (answer.status_code, "This is not the address of a store." in answer.text) == (400, True)
    assert f'value="{text}"' in answer.text


@pytest.mark.parametrize("language", ["en", "es", "th"])
def test_every_page_says_where_to_write(container, language):
    settings = replace(container.settings, support_contact="help@credit.example")
    client = create_app(container=replace(container, settings=settings)).test_client()
    no_attempt = client.get("/connect/store", base_url=BASE, headers={"Accept-Language": language})
    assert (no_attempt.status_code, "help@credit.example" in no_attempt.text) == (400, True)
    page = client.get("/connect", base_url=BASE, headers={"Accept-Language": language})
    assert "help@credit.example" in page.text
