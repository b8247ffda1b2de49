"""Takes a store's delivery in: verified on its raw bytes, durable before the answer, never read here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from receiver.errors import ReceiverError, StorageUnavailable
from receiver.integrations.woocommerce.events import is_ping
from receiver.services.receiving.allowance import Allowance
from receiver.services.receiving.quarantine import quarantine_call
from receiver.services.receiving.together import Together
from receiver.services.receiving.turned_away import NO_STORE, TurnedAway
from receiver.services.receiving.verify import Verifier, new_delivery, plain_header
from receiver.storage import hooks, inbox
from receiver.storage.database import Database
from receiver.storage.inbox_rows import NewDelivery
from receiver.storage.seal import Seal

RETRY_AFTER = "30"
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
LENGTH = re.compile(r"[0-9]{1,18}")
MOST_AT_ONCE = 200  # deliveries in one transaction
QUARANTINE_BURST, QUARANTINE_A_SECOND = 20, 1  # of a store: each costs a write, and anybody can send them

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
        self._verifier = Verifier(seal)
        self._turned_away = TurnedAway()
        self._allowance = Allowance(QUARANTINE_BURST, QUARANTINE_A_SECOND)

    def answer(self, call: Call) -> Answer:
        try:
            return self._answer(call)
        except _Refused as refused:
            self._turned_away.sample(self._now(), _kind(refused.answer), NO_STORE, call.headers)
            return refused.answer
        except StorageUnavailable as error:
            return unavailable(str(error))

    def _answer(self, call: Call) -> Answer:
        if call.method != "POST":
            raise _Refused(405, "method", f"method {plain_header(call.method)}", Allow="POST")
        raw = self._body(call)
        # Before any look-up: a ping comes while a webhook is being made, when we may not know it yet.
        if "x-wc-webhook-signature" not in call.headers and is_ping(call.headers.get("content-type"), raw):
            self._turned_away.count(self._now(), "ping")
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
            verified = [self._verified(session, one, addresses) for one in arrived]
            kept = iter(inbox.keep(session, [one for one in verified if isinstance(one, NewDelivery)]))
            if self._turned_away.is_due(self._now()):
                self._turned_away.write(session, self._now())
        return [one if isinstance(one, Answer) else _durable(next(kept)) for one in verified]

    def _verified(
        self, session: Session, one: _Arrived, addresses: Mapping[str, hooks.Address]
    ) -> NewDelivery | Answer:
        call = one.call
        address = addresses.get(call.hook_id or call.store_id)
        if address is None or address.store_id != call.store_id:
            self._turned_away.count(one.at, "unknown")
            return _refusal(404, "store", "unknown store or webhook")
        if not address.connected:
            self._turned_away.count(one.at, "disconnected", address.store_id)
            return _refusal(410, "disconnected", "disconnected store")
        try:
            problem = self._verifier.problem(address, call.headers, one.raw)
        except ReceiverError as error:
            return unavailable(str(error))
        if problem is None:
            return new_delivery(address, call.headers, one.raw, one.at)
        self._turned_away.sample(one.at, "signature", address.store_id, call.headers)
        if self._allowance.take(address.store_id, one.at):
            quarantine_call(session, self._seal, address, call.headers, one.raw, one.at)
        return _refusal(401, "signature", problem)

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


def _refusal(status: int, error: str, reason: str) -> Answer:
    return Answer(status, {"error": error}, reason=reason)


def _kind(answer: Answer) -> str:
    return str(answer.body["error"])
