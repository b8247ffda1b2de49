"""The way out to a provider: every call has a timeout, a size limit, and an error that holds no secret."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from receiver.errors import Advice, ProviderError

if TYPE_CHECKING:
    import requests

# requests is imported with the first call: it takes 5 MB, and many a web process never calls anybody.

TIMEOUT = (5.0, 30.0)  # seconds: to connect, and between two pieces of the answer
WHOLE_SECONDS = 60.0  # for an answer that keeps trickling
MAX_BYTES = 8 * 1024 * 1024
PIECE = 64 * 1024

# urllib3 logs whole addresses, and some of TikTok's carry the app's secret in their query.
logging.getLogger("urllib3.connectionpool").addFilter(lambda _record: False)


@dataclass(frozen=True)
class HttpResponse:
    """A response, whatever its status; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """Sends requests and hands back answers; redirects are not followed, cookies not kept."""

    def __init__(
        self,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        whole_seconds: float = WHOLE_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._timeout = timeout
        self._whole_seconds = whole_seconds
        self._max_bytes = max_bytes
        self._ends: float | None = None  # of all calls together, by the monotonic clock
        self._session = cache(_new_session)

    def for_seconds(self, seconds: float) -> Http:
        """Return a copy with one deadline for all calls from now on."""
        hurried = copy(self)
        hurried._ends = time.monotonic() + seconds
        return hurried

    def get(self, url: str, *, headers: Mapping[str, str], query: Mapping[str, str]) -> HttpResponse:
        """Ask for `url`; raises ProviderError when no whole answer of bearable size arrives in time."""
        return self._send("GET", url, headers=headers, params=query)

    def post(self, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any]) -> HttpResponse:
        """Send `body` as JSON; raises as `get` does, and then nobody knows whether it was carried out."""
        return self._send("POST", url, headers=headers, json=body)

    def post_bytes(self, url: str, *, headers: Mapping[str, str], content: bytes) -> HttpResponse:
        """Send exactly these bytes, as `post` does."""
        return self._send("POST", url, headers=headers, data=content)

    def _send(self, method: str, url: str, **what: Any) -> HttpResponse:
        import requests
        import urllib3

        left, timeout = self._seconds_left(url), self._timeout
        if self._ends is not None:
            timeout = (min(timeout[0], left), min(timeout[1], left))
        try:
            with self._session().request(
                method, url, timeout=timeout, allow_redirects=False, stream=True, **what
            ) as response:
                return HttpResponse(
                    response.status_code, _lowered(response.headers), self._body(response, left)
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            trouble = _trouble(url, error)
        # Raised out here so that the cause, whose text holds the address and its secrets, stays behind.
        raise trouble

    def _seconds_left(self, url: str) -> float:
        """For one answer. Raises ProviderError once the time of all of them is over."""
        if self._ends is None:
            return self._whole_seconds
        left = self._ends - time.monotonic()
        if left <= 0:
            raise _too_slow(url)
        return min(self._whole_seconds, left)

    def _body(self, response: requests.Response, seconds: float) -> bytes:
        """Piece by piece as they come: waiting for a full one, a trickle would be waited for endlessly."""
        body, enough = bytearray(), time.monotonic() + seconds
        while piece := response.raw.read1(PIECE, decode_content=True):
            body += piece
            if time.monotonic() > enough:
                raise _too_slow(response.url)
            if len(body) > self._max_bytes:
                raise ProviderError(
                    f"{_host(response.url)} sent more than {self._max_bytes} bytes",
                    advice=Advice.CONFIGURATION,
                )
        return bytes(body)


def _new_session() -> requests.Session:
    from http.cookiejar import DefaultCookiePolicy

    import requests

    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = _no_credentials
    return session


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from adding a login found in a .netrc file."""
    return request


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _trouble(url: str, error: Exception) -> ProviderError:
    """A ValueError is an address or header that could not even be sent; the rest passes with time."""
    import requests
    import urllib3

    if isinstance(error, ValueError):
        return ProviderError(
            f"the call cannot be sent ({type(error).__name__}): check the API's address and the token",
            advice=Advice.CONFIGURATION,
        )
    if isinstance(error, requests.ReadTimeout | urllib3.exceptions.ReadTimeoutError):
        return _too_slow(url)
    return ProviderError(f"no whole answer from {_host(url)} ({type(error).__name__})", advice=Advice.AGAIN)


def _too_slow(url: str) -> ProviderError:
    return ProviderError(f"{_host(url)} did not answer in time", advice=Advice.NARROW)


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the provider"
