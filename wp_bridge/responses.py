"""Reads a store's answers: small typed values, or a StoreError that says what to do about it.

A store is a stranger: what it says is cut to what can be shown and compared, and the rest is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from receiver.errors import InputError
from receiver.strict_json import read_loose_json
from wp_bridge.errors import StoreError, StoreTrouble
from wp_bridge.safe_http import SafeHttpResponse

MOST_TEXT = 500
LONGEST_WAIT = 24 * 3600
# What WooCommerce says once it has looked at the keys; other words for 401 mean it saw none.
KEYS_SEEN = "woocommerce_rest_authentication_error"
ENDED = "wc_ad_credit_disconnected"  # our plugin's, to keys of a connection that its merchant ended
CODE = re.compile(r"[a-z0-9_-]{1,80}", re.ASCII)
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HOME = re.compile(
    r"https?://[^\x00-\x20\x7f-\xa0]{1,500}"
)  # WordPress keeps other scripts as they were typed
COUNTRY = re.compile(r"([A-Z]{2})(:.*)?", re.DOTALL)
CURRENCY = re.compile("[A-Z]{3}")


@dataclass(frozen=True)
class StoreFacts:
    """A store's report of itself; None is "not said". `country` is what stands before the colon of US:CA."""

    home_url: str | None
    uuid: str | None
    name: str | None
    country: str | None
    currency: str | None
    wc_version: str | None
    wp_version: str | None
    hpos: bool | None
    plugins: tuple[tuple[str, str | None], ...] | None


@dataclass(frozen=True)
class Webhook:
    """A webhook as the store keeps it; without `hooks` it can never fire."""

    id: int
    topic: str
    delivery_url: str
    status: str
    hooks: tuple[str, ...]


# -- Bodies ----------------------------------------------------------------------------------------


def an_object(answer: SafeHttpResponse, absent: StoreTrouble = StoreTrouble.NO_WOOCOMMERCE) -> dict[str, Any]:
    """The JSON object of a good answer. `absent`: what it means that the route is not there."""
    body = _told(answer, absent)
    if not isinstance(body, dict):
        raise StoreError(StoreTrouble.MALFORMED)
    return body


def a_list(answer: SafeHttpResponse) -> list[Any]:
    """The JSON list of a good answer."""
    body = _told(answer, StoreTrouble.NO_WOOCOMMERCE)
    if not isinstance(body, list):
        raise StoreError(StoreTrouble.MALFORMED)
    return body


def an_index(answer: SafeHttpResponse) -> dict[str, Any] | None:
    """WordPress's index of its REST API; {} where it is closed to strangers, None where it is not there."""
    if answer.status == 404:
        return None
    if is_busy(answer.status):
        raise StoreError(StoreTrouble.BUSY, retry_after=_retry_after(answer))
    body = _json(answer)
    if isinstance(body, dict) and isinstance(body.get("namespaces"), list):
        return body
    code, status = _error(body)
    if code is not None and (status or answer.status) in (401, 403):
        return {}
    if body is None and answer.status == 200 and "json" in answer.headers.get("content-type", ""):
        raise StoreError(StoreTrouble.MALFORMED)
    return None


def is_busy(status: int) -> bool:
    """501 is how WooCommerce refuses to put something into a trash that there is none of."""
    return status == 429 or (status >= 500 and status != 501)


def _told(answer: SafeHttpResponse, absent: StoreTrouble) -> Any:
    """The JSON of a good answer; an error object stands in a bad one, and now and then in a good one."""
    if is_busy(answer.status):
        raise StoreError(StoreTrouble.BUSY, retry_after=_retry_after(answer))
    body = _json(answer)
    if body is None:
        # A firewall's page, not WordPress's: 403 in HTML says nothing about our keys.
        raise StoreError(StoreTrouble.UNREACHABLE if answer.status >= 400 else StoreTrouble.MALFORMED)
    code, status = _error(body)
    if code is None and answer.status < 300:
        return body
    raise StoreError(_trouble(code, status or answer.status, body, absent), code)


def _trouble(code: str | None, status: int, body: Any, absent: StoreTrouble) -> StoreTrouble:
    if code == "rest_no_route":
        return absent
    if code == ENDED:
        return StoreTrouble.DISCONNECTED
    if is_busy(status):
        return StoreTrouble.BUSY
    if status == 403 or (code == KEYS_SEEN and "permissions" in str(body.get("message"))):
        return StoreTrouble.KEYS_TOO_WEAK
    return StoreTrouble.KEYS_REFUSED if status == 401 else StoreTrouble.MALFORMED


def _error(body: Any) -> tuple[str | None, int | None]:
    """The code and the status of an error object."""
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict) or type(data.get("status")) is not int:
        return None, None
    code = body.get("code")
    return (code if isinstance(code, str) and CODE.fullmatch(code) else "unnamed"), data["status"]


def _json(answer: SafeHttpResponse) -> Any:
    """None where it is none, as where PHP prints notices before it."""
    try:
        return read_loose_json(answer.body.decode("utf-8-sig"))
    except (UnicodeDecodeError, InputError):
        return None


def _retry_after(answer: SafeHttpResponse) -> int | None:
    """Seconds: as they were told, or up to a time told, by the store's own clock."""
    seconds = answer.headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]{1,9}", seconds, re.ASCII):
        return min(int(seconds), LONGEST_WAIT)
    then, now = _date(seconds), _date(answer.headers.get("date", ""))
    if then is None or now is None:
        return None
    return min(max(0, int((then - now).total_seconds())), LONGEST_WAIT)


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


# -- Values ----------------------------------------------------------------------------------------


def read_facts(status: Mapping[str, Any], *, name: str | None, country: Any) -> StoreFacts:
    """Read the facts of `system_status`; `country` as WooCommerce writes it."""
    environment, settings = part(status, "environment"), part(status, "settings")
    hpos = settings.get("HPOS_enabled")
    uuid = text(environment.get("store_id"))
    place = COUNTRY.fullmatch(country) if isinstance(country, str) else None
    return StoreFacts(
        home_url=_like(HOME, environment.get("home_url")),
        uuid=_like(UUID, uuid and uuid.lower()),
        name=name,
        country=place and place[1],
        currency=_like(CURRENCY, settings.get("currency")),
        wc_version=text(environment.get("version")),
        wp_version=text(environment.get("wp_version")),
        hpos=hpos if isinstance(hpos, bool) else None,
        plugins=_plugins(status.get("active_plugins")),
    )


def read_webhook(row: Any) -> Webhook:
    if not isinstance(row, dict) or type(row.get("id")) is not int or row["id"] < 1:
        raise StoreError(StoreTrouble.MALFORMED)
    hooks = row.get("hooks")
    return Webhook(
        id=row["id"],
        topic=text(row.get("topic")) or "",
        delivery_url=text(row.get("delivery_url")) or "",
        status=text(row.get("status")) or "",
        hooks=tuple(_texts(hooks)) if isinstance(hooks, list) else (),
    )


def part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def text(value: Any) -> str | None:
    """Without what could not be shown: control characters, turned directions, halves of characters."""
    if not isinstance(value, str):
        return None
    return "".join(filter(str.isprintable, value[:MOST_TEXT])) or None


def _texts(values: Iterable[Any]) -> Iterable[str]:
    return (item for item in map(text, values) if item)


def _like(form: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None


def _plugins(rows: Any) -> tuple[tuple[str, str | None], ...] | None:
    if not isinstance(rows, list):
        return None
    plugins = ((text(row.get("plugin")), text(row.get("version"))) for row in rows if isinstance(row, dict))
    return tuple((file, version) for file, version in plugins if file)
