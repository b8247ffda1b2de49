"""Reads a store's answers into small typed values, or raises a StoreError with the trouble.

A store is not trusted: texts are cut to what can be shown and compared, and malformed values are unknown.
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
# WooCommerce's code once it has checked the keys; another code with 401 means it received none.
KEYS_SEEN = "woocommerce_rest_authentication_error"
ENDED = "wc_ad_credit_disconnected"  # our plugin's, to keys of a connection that its merchant ended
CODE = re.compile(r"[a-z0-9_-]{1,80}", re.ASCII)
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Not only ASCII: WordPress keeps other scripts as they were typed.
HOME = re.compile(r"https?://[^\x00-\x20\x7f-\xa0]{1,500}")
COUNTRY = re.compile(r"([A-Z]{2})(:.*)?", re.DOTALL)
CURRENCY = re.compile("[A-Z]{3}")


@dataclass(frozen=True)
class StoreFacts:
    """The facts a store reports of itself; None where it does not. `country` is the US of US:CA."""

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


def read_object(
    answer: SafeHttpResponse, absent: StoreTrouble = StoreTrouble.NO_WOOCOMMERCE
) -> dict[str, Any]:
    """Return the JSON object of a good answer; `absent` is the trouble where the route does not exist.

    Raises StoreError.
    """
    body = _read_body(answer, absent)
    if not isinstance(body, dict):
        raise StoreError(StoreTrouble.MALFORMED)
    return body


def read_list(answer: SafeHttpResponse) -> list[Any]:
    """Return the JSON list of a good answer. Raises StoreError."""
    body = _read_body(answer, StoreTrouble.NO_WOOCOMMERCE)
    if not isinstance(body, list):
        raise StoreError(StoreTrouble.MALFORMED)
    return body


def read_index(answer: SafeHttpResponse) -> dict[str, Any] | None:
    """Return WordPress's index of its REST API; {} where only keys may read it, None where there is none.

    Raises StoreError for a store that is busy, or whose answer is malformed.
    """
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
    """Return whether a status says that the store is busy.

    501 does not: WooCommerce answers so to a deletion by way of the trash, which webhooks do not have.
    """
    return status == 429 or (status >= 500 and status != 501)


def _read_body(answer: SafeHttpResponse, absent: StoreTrouble) -> Any:
    """Return the JSON of a good answer. Raises StoreError, also for an error object sent with status 200."""
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
    """Return the code and the status of an error object; None and None for any other body."""
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict) or type(data.get("status")) is not int:
        return None, None
    code = body.get("code")
    return (code if isinstance(code, str) and CODE.fullmatch(code) else "unnamed"), data["status"]


def _json(answer: SafeHttpResponse) -> Any:
    """Return the JSON of an answer; None where it has none, as where PHP prints notices before it."""
    try:
        return read_loose_json(answer.body.decode("utf-8-sig"))
    except (UnicodeDecodeError, InputError):
        return None


def _retry_after(answer: SafeHttpResponse) -> int | None:
    """Return the seconds of a Retry-After header, of a date by the store's own clock; None without one."""
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
    """Read a store's facts from `system_status`; `country` is written as WooCommerce writes it, US:CA."""
    environment, settings = get_object(status, "environment"), get_object(status, "settings")
    hpos = settings.get("HPOS_enabled")
    uuid = clean_text(environment.get("store_id"))
    place = COUNTRY.fullmatch(country) if isinstance(country, str) else None
    return StoreFacts(
        home_url=_like(HOME, environment.get("home_url")),
        uuid=_like(UUID, uuid and uuid.lower()),
        name=name,
        country=place and place[1],
        currency=_like(CURRENCY, settings.get("currency")),
        wc_version=clean_text(environment.get("version")),
        wp_version=clean_text(environment.get("wp_version")),
        hpos=hpos if isinstance(hpos, bool) else None,
        plugins=_plugins(status.get("active_plugins")),
    )


def read_webhook(row: Any) -> Webhook:
    """Read a webhook from a row of the store's answer. Raises StoreError for one without an id."""
    if not isinstance(row, dict) or type(row.get("id")) is not int or row["id"] < 1:
        raise StoreError(StoreTrouble.MALFORMED)
    hooks = row.get("hooks")
    return Webhook(
        id=row["id"],
        topic=clean_text(row.get("topic")) or "",
        delivery_url=clean_text(row.get("delivery_url")) or "",
        status=clean_text(row.get("status")) or "",
        hooks=tuple(_texts(hooks)) if isinstance(hooks, list) else (),
    )


def get_object(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object at a name; {} where there is none."""
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def clean_text(value: Any) -> str | None:
    """Return a text without what cannot be shown: control characters, bidirectional marks, surrogates.

    Cut to MOST_TEXT characters; None for an empty text and for any other type.
    """
    if not isinstance(value, str):
        return None
    return "".join(filter(str.isprintable, value[:MOST_TEXT])) or None


def _texts(values: Iterable[Any]) -> Iterable[str]:
    return (item for item in map(clean_text, values) if item)


def _like(form: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None


def _plugins(rows: Any) -> tuple[tuple[str, str | None], ...] | None:
    if not isinstance(rows, list):
        return None
    plugins = (
        (clean_text(row.get("plugin")), clean_text(row.get("version")))
        for row in rows
        if isinstance(row, dict)
    )
    return tuple((file, version) for file, version in plugins if file)
