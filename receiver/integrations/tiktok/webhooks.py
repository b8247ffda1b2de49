"""TikTok as a sender of webhooks: its two addresses, the verification of a call, and its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from receiver.domain.poll_reasons import PollReason
from receiver.errors import InputError
from receiver.integrations.tiktok.signature import verify_open, verify_timed
from receiver.strict_json import read_json
from receiver.tiktok_ids import SHAPE, account_id

TIMED, OPEN = "tiktok-signature", "x-open-signature"
HEADERS = (TIMED, OPEN)
REPORT_DATA = (11, "11")  # the object in a notice of changed figures; its type is not documented
MOST_ENTRIES, MOST_ACCOUNTS = 1000, 10_000


class WebhookScheme(StrEnum):
    """The address that a call came to, used as the delivery's topic."""

    ACCOUNTS = "tiktok.accounts"  # /webhooks/tiktok: events of TikTok users
    ADS = "tiktok.ads"  # /webhooks/tiktok/ads: events of ad accounts


TOPICS: Mapping[str, str] = {"": WebhookScheme.ACCOUNTS, "/ads": WebhookScheme.ADS}


@dataclass(frozen=True)
class TikTokNotice:
    """A notice: the accounts to read again, and whether access to unnamed ones was lost."""

    reason: PollReason
    accounts: frozenset[str] = frozenset()
    access_lost: bool = False  # to some that it does not name


@dataclass(frozen=True)
class UnusedEvent:
    """An event that has no effect, and why."""

    error: str


def verification_error(
    topic: str | None, headers: Mapping[str, str], raw: bytes, keys: Sequence[bytes], now: datetime | None
) -> str | None:
    """Return why a call is not proven to be TikTok's, None if it is; without `now` its age is not checked."""
    (key,) = keys  # one app, one secret
    if topic == WebhookScheme.ADS:
        return verify_open(key.decode(), headers.get(OPEN), raw)
    return verify_timed(key.decode(), headers.get(TIMED), raw, now)


def is_ping(headers: Mapping[str, str], raw: bytes) -> bool:
    """Return False: TikTok sends no pings."""
    return False


def read_event(topic: str, raw: bytes) -> TikTokNotice | UnusedEvent:
    """Return the accounts that an event asks to read again. Raises InputError with a bad field's path."""
    body = read_json(raw, path="body")
    if not isinstance(body, dict):
        raise InputError("must be a JSON object", path="body")
    return _about_ads(body) if topic == WebhookScheme.ADS else _about_users(body)


def _about_ads(body: dict[str, Any]) -> TikTokNotice | UnusedEvent:
    # Suspended, or no longer so: the only notice without entries.
    if "status" in body and "advertiser_id" in body:
        return TikTokNotice(
            PollReason.STATUS_CHANGED, frozenset({_id(body["advertiser_id"], "advertiser_id")})
        )
    if body.get("object") not in REPORT_DATA:
        return UnusedEvent("this kind of notice is not used")
    account_ids: set[str] = set()
    access_lost = False
    for place, entry in enumerate(_entries(body)):
        where = f"entry.{place}.changed_metrics_values"
        values = entry.get("changed_metrics_values")
        if values is not None and not isinstance(values, dict):
            raise InputError("must be an object", path=where)
        account_ids |= {_id(item, where) for item in values or ()}
        access_lost |= bool(entry.get("message"))  # the only notice with words, which are not documented
    if len(account_ids) > MOST_ACCOUNTS:
        raise InputError(f"must name at most {MOST_ACCOUNTS} ad accounts", path="entry")
    return TikTokNotice(PollReason.FIGURES_CHANGED, frozenset(account_ids), access_lost)


def _about_users(body: dict[str, Any]) -> TikTokNotice | UnusedEvent:
    event = body.get("event")
    if not isinstance(event, str):
        raise InputError("must be a text", path="event")
    if event != "authorization.removed":
        return UnusedEvent("this event is not used")
    return TikTokNotice(PollReason.STATUS_CHANGED, access_lost=True)


def _entries(body: dict[str, Any]) -> Iterable[dict[str, Any]]:
    entries = body.get("entry")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise InputError(f"must be a list of at most {MOST_ENTRIES}", path="entry")
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise InputError("must be an object", path=f"entry.{place}")
        yield entry


def _id(value: Any, path: str) -> str:
    """Return an ad account's id, given as text or as a number: past 2**53 a number is still whole here."""
    text = str(value) if type(value) is int else value
    advertiser_id = account_id(text)
    if advertiser_id is None:
        raise InputError(SHAPE, path=path)
    return advertiser_id
