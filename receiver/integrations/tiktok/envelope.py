"""Opens TikTok's envelope {code, message, request_id, data}: its data comes out, or a ProviderError.

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
PASSING = (408, 425, 429)
TOO_SLOW = 504  # a gateway's word for a report that took too long
REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True)
class Reply:
    """The data of a successful call, and what is needed to complain about it."""

    path: str
    data: Any
    request_id: str | None

    def trouble(self, what: str, advice: Advice) -> ProviderError:
        return ProviderError(
            f"TikTok {self.path}: {what}{_asked_as(self.request_id)}",
            advice=advice,
            request_id=self.request_id,
        )


def open_envelope(path: str, answer: HttpResponse) -> Reply:
    """Return the reply inside an answer to `path`. Raises ProviderError unless it is a full success."""
    body = _parsed(answer.body)
    code = body.get("code") if isinstance(body, dict) else None
    # HTTP says 200 to most errors, so the code speaks first. `True` is an int to Python, not to us.
    if not isinstance(body, dict) or not isinstance(code, int) or isinstance(code, bool):
        raise _no_envelope(path, answer, broken=body is _BROKEN)
    request_id = _request_id(body.get("request_id"))
    if code != OK:
        raise _refusal(path, code, request_id)
    reply = Reply(path, body.get("data"), request_id)
    if not 200 <= answer.status < 300:
        raise reply.trouble(f"success inside HTTP {answer.status} is not believed", _by_status(answer.status))
    if CUT_ROWS in answer.headers:
        raise reply.trouble("rows are missing from the answer", Advice.AGAIN)
    return reply


_BROKEN = object()


def _parsed(body: bytes) -> Any:
    """The JSON of a body: ids and money never pass a float."""
    try:
        return read_loose_json(body)
    except InputError:
        return _BROKEN


def _refusal(path: str, code: int, request_id: str | None) -> ProviderError:
    meaning = meaning_of(code)
    return ProviderError(
        f"TikTok {path}: {meaning.words} (code {code}){_asked_as(request_id)}",
        advice=meaning.advice,
        code=code,
        request_id=request_id,
    )


def _no_envelope(path: str, answer: HttpResponse, *, broken: bool) -> ProviderError:
    """The call did not reach the API, or the API did not answer as it should."""
    if not 200 <= answer.status < 300:
        what, advice = "no answer of the API", _by_status(answer.status)
    elif broken:
        what, advice = "an answer that is no JSON, or was cut off", Advice.AGAIN
    else:
        what, advice = "JSON without TikTok's envelope", Advice.CONFIGURATION
    return ProviderError(f"TikTok {path}: {what} (HTTP {answer.status})", advice=advice)


def _by_status(status: int) -> Advice:
    """A gateway's fault passes; a wrong path, method, or a redirect is a wrong address of ours."""
    if status == TOO_SLOW:
        return Advice.NARROW
    return Advice.AGAIN if status >= 500 or status in PASSING else Advice.CONFIGURATION


def _request_id(value: object) -> str | None:
    return value if isinstance(value, str) and REQUEST_ID.fullmatch(value) else None


def _asked_as(request_id: str | None) -> str:
    return f", request {request_id}" if request_id else ""
