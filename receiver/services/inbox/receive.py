"""Receives webhooks: verifies the raw bytes and stores them durably before it answers; parses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from receiver.domain.rejections import RejectionReason
from receiver.errors import Collided, ReceiverError, StorageUnavailable
from receiver.integrations.providers import Provider
from receiver.logs import get_logger
from receiver.request_id import REQUEST_ID
from receiver.services.context import ServiceContext
from receiver.services.inbox.bounds import DailyBounds
from receiver.services.inbox.group_commit import GroupCommit
from receiver.services.inbox.quarantine import quarantine_call
from receiver.services.inbox.rate_limit import TokenBucket
from receiver.services.inbox.rejection_log import NO_STORE, RejectionLog
from receiver.services.inbox.verify import (
    SignedCall,
    Verifier,
    app_call_problem,
    is_signed,
    new_delivery,
    plain_header,
)
from receiver.storage import inbox
from receiver.storage.database import retry_collisions
from receiver.storage.endpoint_cache import EndpointCache
from receiver.storage.inbox import NewDelivery, insert_new
from receiver.storage.webhook_endpoints import ResolvedEndpoint

RETRY_AFTER = "30"
ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
LENGTH = re.compile(r"[0-9]{1,18}")
MOST_AT_ONCE = 200  # deliveries in one transaction
QUARANTINE_BURST, QUARANTINE_A_SECOND = 20, 1  # of a store: each costs a write, and anybody can send them

log = get_logger(__name__)


# Classes with an instance for each call are not frozen: those take several times as long to build.
@dataclass(slots=True, repr=False)
class WebhookRequest:
    """A request to a webhook address; header names are in lower case."""

    provider: Provider
    method: str
    headers: Mapping[str, str]
    read: Callable[[int], bytes]  # reads this many bytes of the body, or as many as came
    store_id: str = ""  # empty for a provider that serves all stores
    hook_id: str | None = None
    topic: str | None = None  # of such a provider: from its address


@dataclass(slots=True)
class WebhookResponse:
    """The answer to the sender, and its reason, for our log alone."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    reason: str | None = None

    def encoded(self) -> bytes:
        """Return the body as JSON."""
        if self.status == 200 and "id" in self.body:  # the usual case: in a tenth of the time
            return b'{"status": "%b", "id": %d}' % (self.body["status"].encode(), self.body["id"])
        return json.dumps(self.body).encode()


class _Refused(Exception):
    """A refusal, with its answer."""

    def __init__(self, status: int, error: RejectionReason, reason: str, **headers: str) -> None:
        super().__init__(reason)
        self.reason = error
        self.answer = WebhookResponse(status, {"error": error.value}, headers, reason)


PONG = WebhookResponse(200, {"status": "pong"})


def unavailable(reason: str) -> WebhookResponse:
    """Return the answer to a call that was not stored: never a 2xx before it is durable."""
    return WebhookResponse(503, {"error": "unavailable"}, {"Retry-After": RETRY_AFTER}, reason)


@dataclass(slots=True, repr=False)
class _Received:
    """A call whose body was read completely."""

    call: WebhookRequest
    raw: bytes
    at: datetime
    request_id: str | None


@dataclass(frozen=True, repr=False)
class _Unverified:
    """A call with a wrong signature that may be quarantined."""

    call: SignedCall
    at: datetime
    answer: WebhookResponse


_Outcome = NewDelivery | WebhookResponse | _Unverified  # of a call, once its signature was checked


class WebhookReceiver:
    """Answers calls to webhook addresses; any number of threads may share one."""

    def __init__(self, context: ServiceContext) -> None:
        self._database = context.database
        self._cipher = context.cipher
        self._max_body_bytes = context.settings.max_body_bytes
        self._now = context.now
        self._app_secrets = context.settings.app_secrets
        self._line = GroupCommit(self._process_batch, MOST_AT_ONCE)
        self._verifier = Verifier(context.cipher)
        self._endpoints = EndpointCache()
        self._rejections = RejectionLog()
        self._bounds = DailyBounds()
        self._quarantine_bucket = TokenBucket(QUARANTINE_BURST, QUARANTINE_A_SECOND)

    def answer(self, call: WebhookRequest) -> WebhookResponse:
        """Return the answer to one webhook request, once it is stored."""
        try:
            return self._answer(call)
        except _Refused as refused:
            self._rejections.sample(self._now(), refused.reason, NO_STORE, call.headers)
            return refused.answer
        except StorageUnavailable as error:
            return unavailable(str(error))

    def _answer(self, call: WebhookRequest) -> WebhookResponse:
        if call.method != "POST":
            raise _Refused(405, RejectionReason.METHOD, f"method {plain_header(call.method)}", Allow="POST")
        raw = self._body(call)
        # Before any look-up: a ping comes while a webhook is being created, when we may not know it yet.
        if not is_signed(call.provider, call.headers) and call.provider.is_ping(call.headers, raw):
            self._rejections.count(self._now(), RejectionReason.PING)
            return PONG
        item = _Received(call, raw, self._now(), REQUEST_ID.get())
        return self._line.submit(item if call.provider.is_per_store else self._verify_app_call(item))

    def _body(self, call: WebhookRequest) -> bytes:
        length_text = call.headers.get("content-length", "")
        # A chunked body that is cut off looks like one that is complete.
        if "transfer-encoding" in call.headers or not length_text:
            raise _Refused(411, RejectionReason.LENGTH, "no Content-Length")
        if not LENGTH.fullmatch(length_text):
            raise _Refused(400, RejectionReason.LENGTH, "Content-Length is no number")
        length = int(length_text)
        if length > self._max_body_bytes:
            raise _Refused(413, RejectionReason.SIZE, f"body of {length} bytes")
        raw = _read(call, length)
        if len(raw) != length:
            raise _Refused(400, RejectionReason.BODY, f"body cut short: {len(raw)} of {length} bytes")
        return raw

    def _process_batch(self, items: Sequence[_Received | NewDelivery]) -> list[WebhookResponse]:
        """Verify each call on its raw bytes and store the valid ones: one look-up and one commit for all."""
        verified, fresh = self._verify_and_insert(items)
        answers = [_fast_response(item, fresh) for item in verified]
        if None in answers:
            remaining = [item for item, answer in zip(verified, answers, strict=True) if answer is None]
            remaining_answers = iter(self._answer_remaining(remaining))
            answers = [next(remaining_answers) if answer is None else answer for answer in answers]
        if self._has_counts():
            self._write_counts()
        return [answer for answer in answers if answer is not None]

    def _verify_and_insert(
        self, items: Sequence[_Received | NewDelivery]
    ) -> tuple[list[_Outcome], dict[str, int]]:
        """Return the outcome of each call, and the new deliveries' ids by identity.

        To verify a call counts it, so after a collision only the insertion is repeated.
        """
        outcomes: list[_Outcome] = []
        try:
            with self._database.autocommit_connection() as driver:
                stores = [item.call for item in items if isinstance(item, _Received)]
                hook_ids = set(filter(ID.fullmatch, (call.hook_id or call.store_id for call in stores)))
                addresses = self._endpoints.resolve(driver, hook_ids, self._now())
                outcomes = [
                    self._verify(item, addresses) if isinstance(item, _Received) else item for item in items
                ]
                fresh = insert_new(driver, _deliveries_in(outcomes))
                self._endpoints.pass_over_writes(driver)
                return outcomes, fresh
        except Collided:
            if not outcomes:  # the look-up collided: nothing is counted or stored yet
                raise
            return outcomes, retry_collisions(lambda: self._insert(_deliveries_in(outcomes)))

    def _insert(self, new: Sequence[NewDelivery]) -> dict[str, int]:
        with self._database.autocommit_connection() as driver:
            return insert_new(driver, new)

    def _verify(self, received: _Received, addresses: Mapping[str, ResolvedEndpoint]) -> _Outcome:
        call = received.call
        address = addresses.get(call.hook_id or call.store_id)
        if address is None or (address.store_id, address.platform) != (call.store_id, call.provider.source):
            self._rejections.count(received.at, RejectionReason.UNKNOWN)
            return _refusal(404, "store", "unknown store or webhook")
        if not address.connected:
            self._rejections.count(received.at, RejectionReason.DISCONNECTED, address.store_id)
            return _refusal(410, RejectionReason.DISCONNECTED, "disconnected store")
        signed = SignedCall.to_endpoint(call.provider, address, call.headers, received.raw)
        try:
            problem = self._verifier.problem(signed, address.secrets)
        except ReceiverError as error:
            return unavailable(str(error))
        if problem is None:
            return self._bounds.limit(new_delivery(signed, received.at, received.request_id), address.usage)
        self._rejections.sample(received.at, RejectionReason.SIGNATURE, address.store_id, call.headers)
        refused = _refusal(401, RejectionReason.SIGNATURE, problem)
        return (
            _Unverified(signed, received.at, refused)
            if self._quarantine_bucket.allow(address.store_id, received.at)
            else refused
        )

    def _verify_app_call(self, received: _Received) -> NewDelivery:
        """Verify a call of a provider with one secret before queueing, so that no forged call delays others.

        It is never quarantined: such a provider sends again what was not answered 200.
        """
        provider = received.call.provider
        secret = self._app_secrets.get(provider.source)
        if not secret:
            why = f"{provider.secret_setting} is not set, so nothing of {provider.source} can be verified"
            raise _Refused(503, RejectionReason.UNAVAILABLE, why, **{"Retry-After": RETRY_AFTER})
        signed = SignedCall(provider, received.call.topic, received.call.headers, received.raw)
        problem = app_call_problem(signed, secret, received.at)
        if problem is not None:
            raise _Refused(401, RejectionReason.SIGNATURE, problem)
        return new_delivery(signed, received.at, received.request_id)

    def _answer_remaining(self, remaining: Sequence[_Outcome]) -> list[WebhookResponse]:
        """Answer the calls that are not simply new deliveries, each alone where one is at fault.

        Raises nothing: other deliveries of the batch are stored by now.
        """
        try:
            return retry_collisions(lambda: self._store_remaining(remaining))
        except StorageUnavailable as error:
            return [unavailable(str(error))] * len(remaining)
        except Exception as error:  # the edge: after a fault of ours the answer must still be "not stored"
            if len(remaining) == 1:
                return [unavailable(type(error).__name__)]
            return [answer for item in remaining for answer in self._answer_remaining([item])]

    def _store_remaining(self, remaining: Sequence[_Outcome]) -> list[WebhookResponse]:
        """Count duplicates, quarantine doubtful calls, flush rejection counters."""
        with self._database.writing() as session:
            deliveries = iter(inbox.keep(session, _deliveries_in(remaining)))
            for item in remaining:
                if isinstance(item, _Unverified):
                    quarantine_call(session, self._cipher, item.call, item.at)
        return [
            item.answer if isinstance(item, _Unverified) else _durable(next(deliveries)) for item in remaining
        ]

    def _write_counts(self) -> None:
        """Write the counts in memory; a failure refuses no delivery."""
        try:
            with self._database.writing() as session:
                for counts in (self._rejections, self._bounds):
                    if counts.is_due(self._now()):
                        counts.write(session, self._now())
        except StorageUnavailable:
            pass  # the counts are lost, but no delivery
        except Exception:  # the edge: the deliveries of the batch are stored by now
            log.exception("counts not written")

    def _has_counts(self) -> bool:
        """Return whether counts in memory are due to be written."""
        return self._rejections.is_due(self._now()) or self._bounds.is_due(self._now())


def _read(call: WebhookRequest, length: int) -> bytes:
    try:
        return call.read(length)
    except OSError as error:
        raise _Refused(400, RejectionReason.BODY, f"body cut short: {type(error).__name__}") from error


def _deliveries_in(outcomes: Sequence[_Outcome]) -> list[NewDelivery]:
    return [item for item in outcomes if isinstance(item, NewDelivery)]


def _fast_response(outcome: _Outcome, fresh: dict[str, int]) -> WebhookResponse | None:
    """Return the answer to a refused or new call, None otherwise; of two equal calls, the first is new."""
    if isinstance(outcome, WebhookResponse):
        return outcome
    number = fresh.pop(outcome.identity, None) if isinstance(outcome, NewDelivery) else None
    return None if number is None else WebhookResponse(200, {"status": "accepted", "id": number})


def _durable(delivery: inbox.StoredDelivery) -> WebhookResponse:
    return WebhookResponse(
        200, {"status": "duplicate" if delivery.duplicate else "accepted", "id": delivery.id}
    )


def _refusal(status: int, error: str, reason: str) -> WebhookResponse:
    return WebhookResponse(status, {"error": error}, reason=reason)
