"""Takes a store's delivery in: verified on its raw bytes, durable before the answer, never read here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog

from receiver.domain.deliveries import identity
from receiver.errors import ReceiverError, StorageUnavailable
from receiver.integrations.woocommerce.events import is_ping
from receiver.integrations.woocommerce.signature import signing_key, verify
from receiver.services.together import Together
from receiver.storage import hooks, inbox
from receiver.storage.database import Database
from receiver.storage.seal import Seal

SOURCE = "woocommerce"
RETRY_AFTER = "30"
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
LENGTH = re.compile(r"[0-9]{1,18}")
LONGEST_HEADER = 100
MOST_AT_ONCE = 200  # deliveries in one transaction
MOST_KEYS = 10_000  # opened secrets kept at hand
# Named one by one: beside a sender's credentials, granian's environ holds the process's own variables, and
# HTTP_PROXY among them looks like a header.
KEPT_HEADERS = frozenset(
    {"host", "user-agent", "accept", "accept-encoding", "content-type", "content-length"}
)
KEPT_PREFIX = "x-wc-"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, repr=False)
class Call:
    """A request to a webhook address; header names are in lower case."""

    store_id: str
    hook_id: str | None
    method: str
    headers: Mapping[str, str]
    read: Callable[[int], bytes]  # so many bytes of the body, or as many as came


@dataclass(frozen=True)
class Answer:
    """What the sender is told, and for our log alone: why not."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    reason: str | None = None


class _Refused(Exception):
    """Carries the answer out of whichever step refuses."""

    def __init__(self, status: int, error: str, reason: str, **headers: str) -> None:
        super().__init__(reason)
        self.answer = Answer(status, {"error": error}, headers, reason)


PONG = Answer(200, {"status": "pong"})


def unavailable(reason: str) -> Answer:
    """Not kept: never a 2xx for what is not durable."""
    return Answer(503, {"error": "unavailable"}, {"Retry-After": RETRY_AFTER}, reason)


@dataclass(frozen=True, repr=False)
class _Arrived:
    """A call whose body has come whole."""

    call: Call
    raw: bytes
    at: datetime


class Reception:
    """Answers calls to webhook addresses; any number of threads may share one."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        max_body_bytes: int,
        now: Callable[[], datetime],
        wake: Callable[[], None] | None = None,
    ) -> None:
        """`wake` hears of every new delivery, after it is durable; it must not wait."""
        self._database = database
        self._seal = seal
        self._max_body_bytes = max_body_bytes
        self._now = now
        self._wake = wake
        self._line = Together(self._take, MOST_AT_ONCE)
        self._key = lru_cache(MOST_KEYS)(self._opened)

    def answer(self, call: Call) -> Answer:
        try:
            return self._answer(call)
        except _Refused as refused:
            return refused.answer
        except StorageUnavailable as error:
            return unavailable(str(error))

    def _answer(self, call: Call) -> Answer:
        if call.method != "POST":
            raise _Refused(405, "method", f"method {_plain(call.method)}", Allow="POST")
        raw = self._body(call)
        # Before any look-up: a ping comes while a webhook is being made, when we may not know it yet.
        if "x-wc-webhook-signature" not in call.headers and is_ping(call.headers.get("content-type"), raw):
            return PONG
        answer = self._line.do(_Arrived(call, raw, self._now()))
        if answer.status == 200:
            self._tell_worker()
        return answer

    def _body(self, call: Call) -> bytes:
        length = call.headers.get("content-length", "")
        # A chunked body that is cut off looks like one that is complete.
        if "transfer-encoding" in call.headers or not length:
            raise _Refused(411, "length", "no Content-Length")
        if not LENGTH.fullmatch(length):
            raise _Refused(400, "length", "Content-Length is no number")
        if int(length) > self._max_body_bytes:
            raise _Refused(413, "size", f"body of {int(length)} bytes")
        raw = _read(call, int(length))
        if len(raw) != int(length):
            raise _Refused(400, "body", f"body cut short: {len(raw)} of {int(length)} bytes")
        return raw

    def _take(self, arrived: Sequence[_Arrived]) -> list[Answer]:
        """Verify each on its raw bytes and keep what is right: one look-up and one commit for all."""
        with self._database.writing() as session:
            hook_ids = {one.call.hook_id or one.call.store_id for one in arrived}
            addresses = hooks.find_addresses(session, filter(ID.fullmatch, hook_ids), self._now())
            verified = [self._verified(one, addresses) for one in arrived]
            kept = iter(inbox.keep(session, [one for one in verified if isinstance(one, inbox.NewDelivery)]))
        return [one if isinstance(one, Answer) else _durable(next(kept)) for one in verified]

    def _verified(self, one: _Arrived, addresses: Mapping[str, hooks.Address]) -> inbox.NewDelivery | Answer:
        try:
            address = addresses.get(one.call.hook_id or one.call.store_id)
            if address is None or address.store_id != one.call.store_id:
                raise _Refused(404, "store", "unknown store or webhook")
            if not address.connected:
                raise _Refused(410, "disconnected", "disconnected store")
            self._check_signature(address, one.call, one.raw)
        except _Refused as refused:
            return refused.answer
        return _new_delivery(address, one)

    def _check_signature(self, address: hooks.Address, call: Call, raw: bytes) -> None:
        keys = [self._key(sealed) for sealed in address.sealed]
        signature = call.headers.get("x-wc-webhook-signature")
        if verify(raw, signature, filter(None, keys)):
            return
        if signature and None in keys:
            reason = "a signing secret was sealed with a key that SECRET_KEYS no longer has"
            raise _Refused(503, "unavailable", reason, **{"Retry-After": RETRY_AFTER})
        raise _Refused(401, "signature", "wrong signature" if signature else "no signature")

    def _opened(self, sealed: str) -> bytes | None:
        """The key to verify with; None where it can no longer be read."""
        try:
            return signing_key(self._seal.open(sealed))
        except ReceiverError:
            return None

    def _tell_worker(self) -> None:
        try:
            if self._wake is not None:
                self._wake()
        except Exception:  # it is durable: whatever this is, the sender is told the truth
            log.exception("worker not woken")


def _read(call: Call, length: int) -> bytes:
    try:
        return call.read(length)
    except OSError as error:
        raise _Refused(400, "body", f"body cut short: {type(error).__name__}") from error


def _durable(kept: inbox.Kept) -> Answer:
    return Answer(200, {"status": "duplicate" if kept.duplicate else "accepted", "id": kept.id})


def _new_delivery(address: hooks.Address, one: _Arrived) -> inbox.NewDelivery:
    call, raw = one.call, one.raw
    webhook_id, delivery_id = (call.headers.get(f"x-wc-webhook-{name}") for name in ("id", "delivery-id"))
    body_sha256 = hashlib.sha256(raw).hexdigest()
    return inbox.NewDelivery(
        identity=identity(SOURCE, address.store_id, webhook_id, delivery_id, body_sha256),
        source=SOURCE,
        store_id=address.store_id,
        hook_id=address.hook_id,
        topic=address.topic or _plain(call.headers.get("x-wc-webhook-topic")),
        webhook_id=_plain(webhook_id),
        delivery_id=_plain(delivery_id),
        headers=_kept_headers(call.headers),
        body=raw,
        body_sha256=body_sha256,
        received_at=one.at,
    )


def _kept_headers(headers: Mapping[str, str]) -> list[list[str]]:
    """Enough to verify the bytes anew; PostgreSQL's text takes no NUL."""
    return [
        [name, value.replace("\0", "")]
        for name, value in headers.items()
        if name in KEPT_HEADERS or name.startswith(KEPT_PREFIX)
    ]


def _plain(header: str | None) -> str | None:
    """A header as it may stand in a row and a log: short, printable ASCII."""
    kept = "".join(char for char in header or "" if "!" <= char <= "~")[:LONGEST_HEADER]
    return kept or None
