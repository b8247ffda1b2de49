"""The HTTP client for providers: every call has a timeout, a size limit, and errors that hold no secret."""

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

# requests is imported with the first call: it takes 5 MB, and most web processes make no call.

TIMEOUT = (5.0, 30.0)  # seconds: to connect, and between two pieces of the answer
WHOLE_SECONDS = 60.0  # for a whole response, however slowly it arrives
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
    """An HTTP client that follows no redirects and keeps no cookies."""

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
        self._deadline: float | None = None  # of all calls together, by the monotonic clock
        self._session = cache(_new_session)

    def for_seconds(self, seconds: float) -> Http:
        """Return a copy with one deadline for all calls from now on."""
        limited = copy(self)
        limited._deadline = time.monotonic() + seconds
        return limited

    def get(self, url: str, *, headers: Mapping[str, str], query: Mapping[str, str]) -> HttpResponse:
        """Send a GET request. Raises ProviderError unless a whole response of bearable size comes in time."""
        return self._send("GET", url, headers=headers, params=query)

    def post(self, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any]) -> HttpResponse:
        """Send `body` as JSON. Raises ProviderError as `get` does; then it may have taken effect."""
        return self._send("POST", url, headers=headers, json=body)

    def post_bytes(self, url: str, *, headers: Mapping[str, str], content: bytes) -> HttpResponse:
        """Send exactly these bytes; raises ProviderError as `post` does."""
        return self._send("POST", url, headers=headers, data=content)

    def _send(self, method: str, url: str, **options: Any) -> HttpResponse:
        import requests
        import urllib3

        seconds, timeout = self._seconds_left(url), self._timeout
        if self._deadline is not None:
            timeout = (min(timeout[0], seconds), min(timeout[1], seconds))
        try:
            with self._session().request(
                method, url, timeout=timeout, allow_redirects=False, stream=True, **options
            ) as response:
                return HttpResponse(
                    response.status_code, _lower_names(response.headers), self._body(response, seconds)
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            provider_error = _provider_error(url, error)
        # Raised out here so that the cause, whose text holds the address and its secrets, stays behind.
        raise provider_error

    def _seconds_left(self, url: str) -> float:
        """Return the seconds left for a response. Raises ProviderError once the deadline has passed."""
        if self._deadline is None:
            return self._whole_seconds
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise _too_slow(url)
        return min(self._whole_seconds, seconds)

    def _body(self, response: requests.Response, seconds: float) -> bytes:
        """Return the body of a response, read in the pieces that arrive.

        Reading pieces of a full size would wait endlessly for a trickle. Raises ProviderError for a body that
        is too slow or too large.
        """
        body, deadline = bytearray(), time.monotonic() + seconds
        while piece := response.raw.read1(PIECE, decode_content=True):
            body += piece
            if time.monotonic() > deadline:
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
    """Return the request unchanged: otherwise requests adds a login found in a .netrc file."""
    return request


def _lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _provider_error(url: str, error: Exception) -> ProviderError:
    """Return the ProviderError for a failed request.

    A ValueError is an address or header that could not even be sent; other errors are temporary.
    """
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
