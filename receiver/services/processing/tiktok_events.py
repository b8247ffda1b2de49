"""Takes TikTok's webhooks in: hints, every one of them. What is so is read from the API, or not believed.

What names no ad account is ignored: TikTok tells of a user who took our access away by the user's own id,
which no consent of an advertiser carries; the next poll of the account meets the dead token.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.deliveries import State
from receiver.domain.schedule import Why
from receiver.errors import InputError
from receiver.services.polling.hints import hint
from receiver.services.processing.endings import Ending
from receiver.services.receiving.tiktok_calls import Scheme
from receiver.storage import spend
from receiver.storage.tables import Delivery
from receiver.strict_json import read_json

REPORT_DATA = 11  # the number of the object in a notice that figures have changed
MOST_ENTRIES = 1000
LONGEST_ID = 32


def take_in_event(session: Session, delivery: Delivery) -> Ending:
    """How it ends; the accounts it names are polled at once, each at most once in five minutes."""
    try:
        body = _object(delivery)
        told = _about_ads(body) if delivery.topic == Scheme.ADS else _about_users(body)
    except InputError as error:  # it never will be readable
        return Ending(State.DEAD, str(error))
    if isinstance(told, str):
        return Ending(State.IGNORED, told)
    why, named = told
    known = [one for one in named if spend.account(session, one) is not None]
    for advertiser_id in known:
        hint(session, advertiser_id, delivery.received_at, why)
    return Ending(State.PROCESSED) if known else Ending(State.IGNORED, "names no ad account of ours")


Told = tuple[Why, list[str]] | str  # why to poll and which accounts; or why nothing comes of it


def _about_ads(body: dict[str, Any]) -> Told:
    if (
        "status" in body and "advertiser_id" in body
    ):  # suspended, or not any more: the one body without entries
        return Why.STATUS_CHANGED, [_id(body["advertiser_id"], "advertiser_id")]
    if body.get("object") != REPORT_DATA:
        return "this kind of notice is not used"
    named: list[str] = []
    for place, entry in enumerate(_entries(body)):
        values = entry.get("changed_metrics_values")
        if values is not None and not isinstance(values, dict):
            raise InputError("must be an object", path=f"entry.{place}.changed_metrics_values")
        named += [_id(one, f"entry.{place}.changed_metrics_values") for one in values or ()]
    if not named:
        return "names no ad account: that access to one was lost is met by its next poll"
    return Why.FIGURES_CHANGED, sorted(set(named))


def _about_users(body: dict[str, Any]) -> str:
    event = body.get("event")
    if not isinstance(event, str):
        raise InputError("must be a text", path="event")
    if event == "authorization.removed":
        return "names a TikTok user and no ad account; the next poll of the account meets the dead token"
    return "this event is not used"


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
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()) or len(text) > LONGEST_ID:
        raise InputError("must be an id of digits", path=path)
    return text


def _object(delivery: Delivery) -> dict[str, Any]:
    if delivery.body is None:
        raise InputError("was dropped", path="body")
    body = read_json(delivery.body, path="body")
    if not isinstance(body, dict):
        raise InputError("must be a JSON object", path="body")
    return body
