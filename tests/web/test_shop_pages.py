"""Connecting a shop over HTTP: what shops really post, and what nobody with a shop would name."""

from __future__ import annotations

import re

from sqlalchemy import delete, select

from receiver.app import create_app
from receiver.services.bridge.connect import begin
from receiver.services.receiving.allowance import Allowance
from receiver.storage import tables
from receiver.storage.seal import token_hash
from receiver.store_work import work_stores
from receiver.web.connect import shop as pages
from receiver.wiring import wire
from tests.captures import key_posts
from tests.conftest import make_settings
from tests.crossing import URL
from tests.hostile import HOSTILE
from tests.staff import BASE

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


def waiting(wired, monkeypatch, user_id):
    """A connect that waits for keys, of a browser that began it."""
    monkeypatch.setattr("receiver.services.bridge.connect.secrets.token_urlsafe", lambda _: user_id)
    begin(
        wired.database,
        wired.seal,
        wired.now(),
        shop=URL,
        browser="b" * 43,
        return_url=None,
    )


def kept_keys(wired, user_id):
    with wired.database.reading() as session:
        query = select(tables.Connect.keys_sealed).where(tables.Connect.id == token_hash(user_id))
        sealed = session.scalars(query).one()
    return sealed and wired.seal.open(sealed)


def forget(wired):
    with wired.database.writing() as session:
        session.execute(delete(tables.Connect))


def test_what_shops_really_posted_is_kept_where_it_was_waited_for_and_may_do_enough(wired, monkeypatch):
    client = create_app(wired=wired).test_client()
    answers = set()
    for capture in key_posts():
        posted, sent = capture.json, {"data": capture.body, "headers": [*capture.headers]}
        assert client.post("/connect/keys", **sent).status_code == 404  # nobody waits for them
        waiting(wired, monkeypatch, posted["user_id"])
        status = client.post("/connect/keys", **sent).status_code
        keys = f"{posted['consumer_key']}:{posted['consumer_secret']}" if status == 200 else None
        assert kept_keys(wired, posted["user_id"]) == keys
        assert client.post("/connect/keys", **sent).status_code == {200: 409, 400: 400}[status]  # once only
        answers.add((posted["key_permissions"], status))
        forget(wired)
    assert answers == {("read_write", 200), ("read", 400)}


def test_every_hostile_address_is_refused_in_one_sentence_and_leads_nowhere(monkeypatch, database_url):
    called = []
    monkeypatch.setattr("wp_bridge.guard.socket.getaddrinfo", lambda *asked, **_: called.append(asked))
    monkeypatch.setattr("wp_bridge.guard.socket.create_connection", lambda *asked, **_: called.append(asked))
    for bucket in ("visitors", "visited"):
        monkeypatch.setattr(pages, bucket, Allowance(1000, 1))
    wired = wire(make_settings(database_url=database_url, allow_loopback_stores=False))
    client = create_app(wired=wired).test_client()
    told = set()
    for url in HOSTILE:
        answer = client.get("/connect/go", query_string={"shop": url}, headers=FROM_OUR_PAGE, base_url=BASE)
        if answer.status_code == 303:
            work_stores(wired)
            answer = client.get("/connect/store", base_url=BASE)
        told |= set(re.findall("<p>([^<]+)</p>", answer.text)[:1])
    wired.database.close()
    assert told == {"We cannot reach a WooCommerce store at this address."}
    assert called == []
