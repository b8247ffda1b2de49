"""TikTok's envelope {code, message, request_id, data}: its data is returned, or a ProviderError raised.

TikTok's own `message` is left out of errors and logs: it may repeat what we sent, secrets included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from receiver.errors import Advice, InputError, ProviderError
from receiver.integrations.http import HttpResponse
from receiver.integrations.tiktok.codes import OK, meaning_of
from receiver.strict_json import read_loose_json

CUT_ROWS = "x-tt-ads-throttle"  # on a report: TikTok's 20,000-ad cut was hit and rows are missing
TEMPORARY = (408, 425, 429)
TOO_SLOW = 504  # from a gateway, for a report that took too long
REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True)
class Reply:
    """The data of a successful call, with its path and request id for errors."""

    path: str
    data: Any
    request_id: str | None

    def error(self, what: str, advice: Advice) -> ProviderError:
        """Return an error about the content of this reply; `what` is wrong with it."""
        return ProviderError(
            f"TikTok {self.path}: {what}{_request_suffix(self.request_id)}",
            advice=advice,
            request_id=self.request_id,
        )


def open_envelope(path: str, response: HttpResponse) -> Reply:
    """Return the reply inside a response to `path`. Raises ProviderError unless it is a full success."""
    body = _parse(response.body)
    code = body.get("code") if isinstance(body, dict) else None
    # Most errors have HTTP status 200, so the code counts first. `True` is an int to Python, not to us.
    if not isinstance(body, dict) or not isinstance(code, int) or isinstance(code, bool):
        raise _no_envelope(path, response, is_broken=body is _BROKEN)
    request_id = _request_id(body.get("request_id"))
    if code != OK:
        raise _refusal(path, code, request_id)
    reply = Reply(path, body.get("data"), request_id)
    if not 200 <= response.status < 300:
        raise reply.error(
            f"success inside HTTP {response.status} is not believed", _advice_of_status(response.status)
        )
    if CUT_ROWS in response.headers:
        raise reply.error("rows are missing from the answer", Advice.AGAIN)
    return reply


_BROKEN = object()


def _parse(body: bytes) -> Any:
    """Return the JSON of a body, or _BROKEN; ids and money never pass a float."""
    try:
        return read_loose_json(body)
    except InputError:
        return _BROKEN


def _refusal(path: str, code: int, request_id: str | None) -> ProviderError:
    meaning = meaning_of(code)
    return ProviderError(
        f"TikTok {path}: {meaning.words} (code {code}){_request_suffix(request_id)}",
        advice=meaning.advice,
        code=code,
        request_id=request_id,
    )


def _no_envelope(path: str, response: HttpResponse, *, is_broken: bool) -> ProviderError:
    """Return the error for a call that did not reach the API, or that the API did not answer properly."""
    if not 200 <= response.status < 300:
        what, advice = "no answer of the API", _advice_of_status(response.status)
    elif is_broken:
        what, advice = "an answer that is no JSON, or was cut off", Advice.AGAIN
    else:
        what, advice = "JSON without TikTok's envelope", Advice.CONFIGURATION
    return ProviderError(f"TikTok {path}: {what} (HTTP {response.status})", advice=advice)


def _advice_of_status(status: int) -> Advice:
    """Return the advice for an HTTP status.

    A gateway's fault is temporary; a wrong path, method or redirect means a wrong address of ours.
    """
    if status == TOO_SLOW:
        return Advice.NARROW
    return Advice.AGAIN if status >= 500 or status in TEMPORARY else Advice.CONFIGURATION


def _request_id(value: object) -> str | None:
    return value if isinstance(value, str) and REQUEST_ID.fullmatch(value) else None


def _request_suffix(request_id: str | None) -> str:
    return f", request {request_id}" if request_id else ""
