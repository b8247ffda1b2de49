"""A probe of an API address without credentials, which also reads the time there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from receiver.errors import InputError
from receiver.integrations.http import Http, HttpResponse
from receiver.strict_json import read_loose_json

TIMEOUT = (5.0, 10.0)


@dataclass(frozen=True)
class ProbeResult:
    """The response of an address: whether in TikTok's envelope, its status, and the time in `Date`."""

    envelope: bool
    status: int
    at: datetime | None


def probe(url: str) -> ProbeResult:
    """Send a GET request to the address. Raises ProviderError where nothing responds."""
    response = Http(timeout=TIMEOUT).get(url, headers={}, query={})
    return ProbeResult(_is_envelope(response), response.status, _date(response.headers.get("date")))


def _is_envelope(answer: HttpResponse) -> bool:
    try:
        body = read_loose_json(answer.body)
    except InputError:
        return False
    return isinstance(body, dict) and isinstance(body.get("code"), int)


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC) if header else None
    except (ValueError, OverflowError):
        return None
