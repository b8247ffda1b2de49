"""The answers to senders, after the contract's table, over a real socket."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from receiver.app import create_app
from receiver.container import Container, build_container
from receiver.errors import StorageUnavailable
from receiver.services.inbox.receive import WebhookReceiver
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.storage import webhook_endpoints
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database, Driver, driver_of
from receiver.storage.tables import Delivery, Store
from receiver.web.webhooks import WebhookMiddleware
from tests.conftest import make_settings, on_both_databases
from tests.fakes import FrozenClock
from tests.raw_http import Headers, RawResponse, send, signed_headers
from tests.serving import served
from tests.signals import SECRET, add_shop, body_of, signal

BODY = body_of(signal())
PING = b"webhook_id=30"
FORM = "application/x-www-form-urlencoded"
OURS = "/webhooks/woocommerce/"


@pytest.fixture
def database_kind() -> str:
    """SQLite, but for the tests of stored rows, which run on both."""
    return "sqlite"


class Receiver:
    """The service on a socket, with one store."""

    def __init__(self, container: Container, base_url: str) -> None:
        self.container, self.base_url = container, base_url
        self.store_id = add_shop(container).id
        self.path = OURS + self.store_id

    def post(
        self,
        body: bytes = BODY,
        headers: Headers | None = None,
        path: str | None = None,
        **changes: str | None,
    ) -> RawResponse:
        all_headers = signed_headers(body, SECRET, **changes) if headers is None else headers
        return send(self.base_url, "POST", path or self.path, all_headers, body)

    def deliveries(self) -> list[Delivery]:
        with self.container.database.reading() as session:
            return list(session.query(Delivery).order_by(Delivery.id))


@pytest.fixture
def receiver(container: Container) -> Iterator[Receiver]:
    with served(create_app(container=container)) as base_url:
        yield Receiver(container, base_url)


# taken in


@on_both_databases
def test_a_delivery_is_durable_once_it_is_accepted(receiver: Receiver):
    reply = receiver.post()
    (row,) = receiver.deliveries()
    assert (reply.status, reply.json) == (200, {"status": "accepted", "id": row.id})
    assert (row.state, row.body, row.topic) == ("received", BODY, "action.wc_ad_credit_signal")
    assert (row.store_id, row.webhook_id, row.due_at) == (receiver.store_id, "136", receiver.container.now())
    assert reply.headers["content-type"] == "application/json"


@on_both_databases
def test_the_very_same_delivery_is_counted_on_the_first(receiver: Receiver):
    first = receiver.post().json["id"]
    assert receiver.post().json == {"status": "duplicate", "id": first}
    assert [row.duplicates for row in receiver.deliveries()] == [1]


@on_both_databases
def test_a_delivery_id_that_was_seen_before_is_no_duplicate(receiver: Receiver):
    bodies = [BODY, body_of(signal(2))]
    assert [receiver.post(body).json["status"] for body in bodies] == ["accepted"] * 2


@on_both_databases
@pytest.mark.parametrize("name", ["x_wc_webhook_id", "x_wc_webhook_delivery_id"])
def test_one_body_under_two_ids_is_two_deliveries(receiver: Receiver, name: str):
    assert [receiver.post(**{name: value}).json["status"] for value in ("1", "2", None)] == ["accepted"] * 3


@on_both_databases
def test_during_a_rotation_both_secrets_verify_and_then_the_new_one(receiver: Receiver, clock: FrozenClock):
    container = receiver.container
    new = rotate_secret(container, receiver.store_id, actor="test")

    def statuses() -> list[int]:
        return [receiver.post(headers=signed_headers(BODY, secret)).status for secret in (SECRET, new)]

    assert statuses() == [200, 200]
    clock.move(hours=24)
    assert statuses() == [401, 200]


@on_both_databases
def test_an_endpoint_made_for_one_topic_names_its_topic_whatever_the_header_says(receiver: Receiver):
    container = receiver.container
    with container.database.writing() as session:
        webhook_endpoints.add_endpoint(
            session, "hk_1", receiver.store_id, "action.woocommerce_settings_saved"
        )
        webhook_endpoints.add_secret(
            session, "hk_1", container.cipher.encrypt("of the hook"), container.now()
        )
    path = f"{receiver.path}/hk_1"
    assert receiver.post(path=path).status == 401  # the store's own secret is not the hook's
    assert receiver.post(headers=signed_headers(BODY, "of the hook"), path=path).status == 200
    assert [row.topic for row in receiver.deliveries()] == ["action.woocommerce_settings_saved"]


@on_both_databases
def test_a_webhook_is_only_found_under_its_own_store(receiver: Receiver):
    other = add_shop(receiver.container, "https://other.example/").id
    assert receiver.post(path=f"{OURS}{other}/{receiver.store_id}").status == 404


SIGNED_BUT_UNREADABLE = {
    "no JSON": b"<html>",
    "nothing": b"",
    "not text": b"\xff\xfe\x00",
    "JSON of another shape": b"[1, 2]",
    "an error object": b'{"code":"woocommerce_rest_cannot_view","message":"no","data":{"status":401}}',
    "nested too deep": b"[" * 16_000,
}


@on_both_databases
@pytest.mark.parametrize("body", SIGNED_BUT_UNREADABLE.values(), ids=SIGNED_BUT_UNREADABLE)
def test_what_is_signed_is_kept_even_when_nobody_can_read_it(receiver: Receiver, body: bytes):
    assert receiver.post(body).json["status"] == "accepted"
    assert [row.body for row in receiver.deliveries()] == [body]


@pytest.mark.parametrize("content_type", ["text/plain", FORM, "", None])
def test_the_content_type_of_a_signed_body_does_not_matter(receiver: Receiver, content_type: str | None):
    assert receiver.post(content_type=content_type).json["status"] == "accepted"


def test_a_signed_form_that_looks_like_a_ping_is_a_delivery(receiver: Receiver):
    assert receiver.post(PING, content_type=FORM).json["status"] == "accepted"


@on_both_databases
@pytest.mark.parametrize("topic", ["order.created", "no such topic", "x" * 5000, "caf\xe9", None])
def test_a_topic_nobody_knows_is_kept_and_made_short_and_plain(receiver: Receiver, topic: str | None):
    assert receiver.post(x_wc_webhook_topic=topic).json["status"] == "accepted"
    (row,) = receiver.deliveries()
    assert row.topic is None or (len(row.topic) <= 100 and row.topic.isascii() and " " not in row.topic)


def test_credentials_and_strangers_headers_are_not_kept(receiver: Receiver):
    receiver.post(authorization="Basic c2VjcmV0", cookie="a=b", proxy="http://u:p@proxy")
    (row,) = receiver.deliveries()
    headers = dict(row.headers)
    assert headers["x-wc-webhook-signature"]
    assert not {"authorization", "cookie", "proxy"} & set(headers)


# pings


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=UTF-8", FORM.upper()])
@pytest.mark.parametrize("where", ["", "st_unknown", "st_unknown/hk_1", "caf%C3%A9"])
def test_a_ping_is_answered_200_wherever_it_goes(receiver: Receiver, content_type: str, where: str):
    headers = [("content-type", content_type), ("content-length", str(len(PING))), ("connection", "close")]
    reply = receiver.post(PING, headers, OURS + where if where else receiver.path)
    assert (reply.status, reply.json) == (200, {"status": "pong"})
    assert receiver.deliveries() == []


@pytest.mark.parametrize("body", [b"webhook_id=", b"webhook_id=1&a=b", b"webhook_id=x", b" webhook_id=1"])
def test_what_only_resembles_a_ping_needs_a_signature(receiver: Receiver, body: bytes):
    assert receiver.post(body, [("content-type", FORM), ("content-length", str(len(body)))]).status == 401


# refused


@pytest.mark.parametrize(
    "signature", [None, "", "x", "é" * 44, "A" * 43 + "=", "A" * 5000, "\x01", "Ë" + "A" * 42 + "="]
)
def test_a_wrong_or_missing_signature_is_refused(receiver: Receiver, signature: str | None):
    headers = signed_headers(BODY, SECRET, x_wc_webhook_signature=signature)
    latin = [(name, value.encode("latin-1", "replace").decode("latin-1")) for name, value in headers]
    reply = receiver.post(BODY, latin)
    assert reply.status in (400, 401)  # a control character is refused by the server itself
    assert reply.status == 400 or reply.json == {"error": "signature"}
    assert receiver.deliveries() == []


@on_both_databases
@pytest.mark.parametrize("path", ["st_unknown", "st_unknown/hk_1", "%00", "..", "a%20b", "st_" + "x" * 5000])
def test_an_address_nobody_was_given_is_not_there(receiver: Receiver, path: str):
    assert receiver.post(path=OURS + path).status == 404


def test_an_unknown_webhook_of_a_known_store_is_not_there(receiver: Receiver):
    assert receiver.post(path=f"{receiver.path}/hk_unknown").json == {"error": "store"}


@on_both_databases
def test_a_disconnected_store_is_gone(receiver: Receiver):
    with receiver.container.database.writing() as session:
        session.get_one(Store, receiver.store_id).disconnected_at = receiver.container.now()
    assert receiver.post().status == 410
    assert receiver.deliveries() == []


def test_a_body_over_the_limit_is_refused_unread(receiver: Receiver):
    body = b"x" * (1024 * 1024 + 1)
    reply = send(receiver.base_url, "POST", receiver.path, signed_headers(body, SECRET), b"")
    assert (reply.status, reply.json) == (413, {"error": "size"})


@on_both_databases
def test_a_body_at_the_limit_is_taken(receiver: Receiver):
    assert receiver.post(b"x" * 1024 * 1024).status == 200


def test_a_body_cut_short_is_never_taken_for_whole(receiver: Receiver):
    reply = send(receiver.base_url, "POST", receiver.path, signed_headers(BODY, SECRET), BODY[:-1])
    assert (reply.status, reply.json) == (400, {"error": "body"})
    assert receiver.deliveries() == []


def test_bytes_beyond_the_length_are_not_read(receiver: Receiver):
    reply = send(receiver.base_url, "POST", receiver.path, signed_headers(BODY, SECRET), BODY + b"more")
    assert reply.status == 200
    assert [row.body for row in receiver.deliveries()] == [BODY]


@pytest.mark.parametrize("chunked", [True, False])
def test_without_a_length_nothing_is_taken(receiver: Receiver, chunked: bool):
    changes = {"content_length": None, **({"transfer_encoding": "chunked"} if chunked else {})}
    headers = signed_headers(BODY, SECRET, **changes)
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY) if chunked else BODY
    assert send(receiver.base_url, "POST", receiver.path, headers, body).status == 411


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "+5", "9" * 30])
def test_a_length_that_is_no_length_is_refused(receiver: Receiver, length: str):
    reply = send(
        receiver.base_url, "POST", receiver.path, signed_headers(BODY, SECRET, content_length=length)
    )
    assert reply.status in (400, 411, 413)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_another_method_is_told_what_is_allowed(receiver: Receiver, method: str):
    reply = send(receiver.base_url, method, receiver.path, [("connection", "close")])
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


def test_everything_else_is_flasks(receiver: Receiver):
    assert send(receiver.base_url, "GET", "/healthz", [("connection", "close")]).status == 200
    assert receiver.post(path="/webhooks/woocommerce").status in (404, 405)


# storage and faults


@pytest.fixture
def unusable_databases(tmp_path: Path) -> list[str]:
    """Databases that cannot be used: no server, no tables, no database at all."""
    (tmp_path / "no-database.db").write_text("this is no database " * 100)
    return [
        "postgresql+psycopg://nobody@127.0.0.1:9/none",
        f"sqlite:///{tmp_path}/no-tables.db",
        f"sqlite:///{tmp_path}/no-database.db",
    ]


def test_what_cannot_be_kept_is_never_accepted(unusable_databases: list[str]):
    for url in unusable_databases:
        container = build_container(make_settings(database_url=url))
        with served(create_app(container=container)) as base_url:
            reply = send(base_url, "POST", OURS + "st_1", signed_headers(BODY, SECRET), BODY)
            pong = send(
                base_url, "POST", OURS + "st_1", [("content-type", FORM), ("content-length", "13")], PING
            )
        assert (reply.status, reply.json) == (503, {"error": "unavailable"}), url
        assert int(reply.headers["retry-after"]) > 0
        assert pong.status == 200
        container.database.close()


class LostWhenCommitting(Database):
    """A database that loses its server after every write, before the commit is confirmed."""

    @contextmanager
    def autocommit_connection(self) -> Iterator[Driver]:
        with self.writing() as session:
            yield driver_of(session)
            raise StorageUnavailable("the server went away")


@on_both_databases
def test_nothing_is_half_written_when_the_commit_fails(receiver: Receiver):
    container = receiver.container
    database = LostWhenCommitting(container.settings.database_url)
    front = WebhookMiddleware(_no_app, WebhookReceiver(replace(container, database=database)))
    with served(front) as base_url:
        reply = send(base_url, "POST", receiver.path, signed_headers(BODY, SECRET), BODY)
    database.close()
    assert reply.status == 503
    assert receiver.deliveries() == []
    assert receiver.post().json["status"] == "accepted"


def test_a_secret_that_can_no_longer_be_opened_is_our_fault_and_not_the_senders(receiver: Receiver):
    from cryptography.fernet import Fernet

    container = receiver.container
    other_cipher = Cipher([Fernet.generate_key().decode()])
    webhook_receiver = WebhookReceiver(replace(container, cipher=other_cipher))
    with served(WebhookMiddleware(_no_app, webhook_receiver)) as base_url:
        assert send(base_url, "POST", receiver.path, signed_headers(BODY, SECRET), BODY).status == 503


class ShortReads(io.BytesIO):
    """A stream that gives seven bytes at a time, as a slow network may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7, size or 0))


def test_short_reads_are_read_on_until_all_has_come(receiver: Receiver):
    container, answers = receiver.container, []
    headers = signed_headers(BODY, SECRET)
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers}
    environ |= {"REQUEST_METHOD": "POST", "PATH_INFO": receiver.path, "CONTENT_LENGTH": str(len(BODY))}
    front = WebhookMiddleware(_no_app, WebhookReceiver(container))
    front({**environ, "wsgi.input": ShortReads(BODY)}, lambda status, _: answers.append(status))
    assert answers == ["200 OK"]


def test_refusals_are_logged_with_their_reason_and_no_body_signature_or_secret(receiver: Receiver):
    body = body_of(signal(note="a-word-of-the-body"))
    headers = signed_headers(body, "another-secret")
    with structlog.testing.capture_logs() as logged:
        receiver.post(body, headers)
    (line,) = logged
    assert (line["status"], line["reason"], line["store"]) == (401, "wrong signature", receiver.store_id)
    text = json.dumps(logged)
    for secret in (SECRET, "another-secret", "a-word-of-the-body", dict(headers)["x-wc-webhook-signature"]):
        assert secret not in text


def test_a_fault_of_ours_tells_nobody_anything(caplog: pytest.LogCaptureFixture):
    class RaisingReceiver:
        def answer(self, _call: object) -> None:
            raise ValueError("s3cretABC in a message")

    front = WebhookMiddleware(_no_app, RaisingReceiver())  # type: ignore[arg-type]
    with (
        structlog.testing.capture_logs() as logged,
        caplog.at_level(logging.DEBUG),
        served(front) as base_url,
    ):
        reply = send(base_url, "POST", OURS + "st_1", signed_headers(BODY, SECRET), BODY)
    assert (reply.status, reply.json) == (503, {"error": "unavailable"})
    assert "s3cretABC" not in json.dumps(logged) + caplog.text


def _no_app(_environ: object, _start_response: object) -> list[bytes]:
    raise AssertionError("not meant for Flask")
