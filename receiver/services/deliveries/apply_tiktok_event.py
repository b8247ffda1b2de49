"""Takes TikTok's webhooks in: hints, every one of them. What is so is read from the API, or not believed.

That access to an account was taken away is told without saying which: of a user by the user's own id, which
no consent of an advertiser carries. Then our subscriptions are looked through, for they end with the token.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.deliveries import DeliveryReason, DeliveryState
from receiver.domain.poll_reasons import PollReason
from receiver.errors import InputError
from receiver.services.deliveries.result import ProcessingResult
from receiver.services.inbox.tiktok_webhooks import WebhookScheme
from receiver.services.polling.request_poll import request_poll
from receiver.services.polling.verify_subscriptions import request_verification
from receiver.storage import spend
from receiver.storage.tables import Delivery
from receiver.strict_json import read_json
from receiver.tiktok_ids import SHAPE, account_id

REPORT_DATA = (11, "11")  # the object in a notice that figures have changed; its type is not stated
MOST_ENTRIES, MOST_ACCOUNTS = 1000, 10_000
NO_ACCOUNT = "names no ad account of ours"


@dataclass(frozen=True)
class _Notice:
    """What is to be read again: these accounts, and where access to some was lost, whose that is."""

    why: PollReason
    accounts: frozenset[str] = frozenset()
    access_lost: bool = False  # to some that it does not name


def apply_tiktok_event(session: Session, delivery: Delivery, now: datetime) -> ProcessingResult:
    """Make due the accounts that the event names, each at most once in five minutes; return the result."""
    try:
        body = _object(delivery)
        told = _about_ads(body) if delivery.topic == WebhookScheme.ADS else _about_users(body)
    except InputError as error:  # it never will be readable
        return ProcessingResult(DeliveryState.DEAD, str(error), reason=DeliveryReason.UNREADABLE)
    if isinstance(told, str):
        return ProcessingResult(DeliveryState.IGNORED, told, reason=DeliveryReason.NOT_USED)
    known = spend.known_accounts(session, told.accounts)
    for advertiser_id in known:
        request_poll(session, advertiser_id, now, told.why)
    if told.access_lost:
        request_verification(session, now)
    if known or told.access_lost:
        return ProcessingResult(DeliveryState.PROCESSED)
    return ProcessingResult(DeliveryState.IGNORED, NO_ACCOUNT, reason=DeliveryReason.NO_ACCOUNT)


def _about_ads(body: dict[str, Any]) -> _Notice | str:
    """A text says why nothing comes of it."""
    # Suspended, or not any more: the one notice without entries.
    if "status" in body and "advertiser_id" in body:
        return _Notice(PollReason.STATUS_CHANGED, frozenset({_id(body["advertiser_id"], "advertiser_id")}))
    if body.get("object") not in REPORT_DATA:
        return "this kind of notice is not used"
    named: set[str] = set()
    access_lost = False
    for place, entry in enumerate(_entries(body)):
        where = f"entry.{place}.changed_metrics_values"
        values = entry.get("changed_metrics_values")
        if values is not None and not isinstance(values, dict):
            raise InputError("must be an object", path=where)
        named |= {_id(one, where) for one in values or ()}
        access_lost |= bool(entry.get("message"))  # nothing else is told in words, and these are not stated
    if len(named) > MOST_ACCOUNTS:
        raise InputError(f"must name at most {MOST_ACCOUNTS} ad accounts", path="entry")
    return _Notice(PollReason.FIGURES_CHANGED, frozenset(named), access_lost)


def _about_users(body: dict[str, Any]) -> _Notice | str:
    event = body.get("event")
    if not isinstance(event, str):
        raise InputError("must be a text", path="event")
    if event != "authorization.removed":
        return "this event is not used"
    return _Notice(PollReason.STATUS_CHANGED, access_lost=True)


def _entries(body: dict[str, Any]) -> Iterable[dict[str, Any]]:
    entries = body.get("entry")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise InputError(f"must be a list of at most {MOST_ENTRIES}", path="entry")
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise InputError("must be an object", path=f"entry.{place}")
        yield entry


def _id(value: Any, path: str) -> str:
    """Digits, as text or as a number: past 2**53 a number is still whole here."""
    text = str(value) if type(value) is int else value
    found = account_id(text)
    if found is None:
        raise InputError(SHAPE, path=path)
    return found


def _object(delivery: Delivery) -> dict[str, Any]:
    if delivery.body is None:
        raise InputError("was dropped", path="body")
    body = read_json(delivery.body, path="body")
    if not isinstance(body, dict):
        raise InputError("must be a JSON object", path="body")
    return body
