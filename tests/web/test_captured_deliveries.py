"""Every request two real stores sent, byte for byte over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest

from receiver.app import create_app
from receiver.container import Container
from receiver.integrations.woocommerce.events import OURS
from receiver.storage.tables import Delivery
from tests.captures import FILES, Capture, captures
from tests.raw_http import RawResponse, send
from tests.serving import served
from tests.signals import add_shop

REFUSED = (401, {"error": "signature"})


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: test_webhook_answers.py runs on both."""
    return "sqlite"


class Shops:
    """A store for every secret, added when it is first needed."""

    def __init__(self, container: Container, base_url: str) -> None:
        self.container, self.base_url = container, base_url
        self.paths: dict[str, str] = {}

    def path(self, secret: str) -> str:
        if secret not in self.paths:
            url = f"https://shop{len(self.paths)}.example/"
            self.paths[secret] = add_shop(self.container, url, webhook_secret=secret).webhook_path
        return self.paths[secret]

    def send(self, capture: Capture, *, secret: str | None = None, **changes: object) -> RawResponse:
        headers = changes.get("headers", capture.headers)
        body = changes.get("body", capture.body)
        path = self.path(capture.secret if secret is None else secret)
        return send(self.base_url, capture.method, path, headers, body)  # type: ignore[arg-type]


@pytest.fixture
def shops(container: Container) -> Iterator[Shops]:
    with served(create_app(container=container)) as base_url:
        yield Shops(container, base_url)


def test_there_are_captures_of_both_versions():
    assert len(FILES) == 11
    assert sum(len(captures(file)) for file in FILES) == 356


@pytest.mark.parametrize("file", FILES)
def test_signed_ones_are_accepted_and_pings_answered(shops: Shops, file: str):
    for capture in captures(file):
        reply = shops.send(capture)
        if capture.method == "GET":  # a ping the store was redirected with: no longer a ping
            assert (reply.status, reply.headers["allow"]) == (405, "POST"), capture.note
        elif capture.is_signed:
            assert (reply.status, reply.json["status"]) == (200, "accepted"), capture.note
        else:
            assert (reply.status, reply.json) == (200, {"status": "pong"}), capture.note
    expected = [capture.body for capture in captures(file) if capture.is_signed]
    with shops.container.database.reading() as session:
        rows = list(session.query(Delivery).order_by(Delivery.id))
    assert [row.body_sha256 for row in rows] == [sha256(body).hexdigest() for body in expected]
    assert [row.body for row in rows] == [
        body if row.topic in OURS else None for row, body in zip(rows, expected, strict=True)
    ]


@pytest.mark.parametrize("file", FILES)
def test_what_is_not_quite_as_signed_is_refused_and_not_kept(shops: Shops, file: str):
    for capture in captures(file):
        if not capture.is_signed:
            continue
        altered = capture.body[:-1] + bytes([capture.body[-1] ^ 1])
        unsigned = [pair for pair in capture.headers if pair[0] != "X-WC-Webhook-Signature"]
        for reply in (
            shops.send(capture, body=altered),
            shops.send(capture, headers=unsigned),
            shops.send(capture, secret="another-secret"),
        ):
            assert (reply.status, reply.json) == REFUSED, capture.note
    with shops.container.database.reading() as session:
        assert session.query(Delivery).count() == 0


@pytest.mark.parametrize("file", ["signatures.json"])
def test_a_typed_secret_that_woocommerce_cleaned_does_not_verify(shops: Shops, file: str):
    cleaned = [capture for capture in captures(file) if capture.was_cleaned and capture.told_secret != "0"]
    assert len(cleaned) == 6
    for item in cleaned:
        assert (shops.send(item, secret=item.told_secret).status, item.told_secret) == (401, item.told_secret)
        assert shops.send(item).status == 200
