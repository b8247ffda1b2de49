"""Requests of a shop, sent over real HTTP and byte for byte as WordPress sends them.

They reach this machine only, and every port of it: a real shop calls neither private addresses nor ports
other than 80, 443 and 8080.
"""

from __future__ import annotations

import http.client
import ipaddress
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from receiver.sandbox.woocommerce.webhook_sender import Request, exchange

MOST_REDIRECTS = 5
METHOD_KEPT_STATUSES = {301, 307, 308}  # WordPress asks again by GET, with the body, after the others


class Unreachable(Exception):
    """A request without an answer: refused, reset, timed out, or to an address the shop does not call."""


@dataclass(frozen=True)
class SentRequest:
    """A request that was sent, and the status of its answer; None without an answer."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None


@dataclass
class Outgoing:
    """The way out of a shop.

    `reaches` maps an origin such as https://credit.example to one of this machine, as a proxy would. The time
    limits, in seconds, are WordPress's; a test with a receiver that stalls makes them smaller.
    """

    reaches: dict[str, str] = field(default_factory=dict)
    ping_seconds: float = 5.0
    delivery_seconds: float = 60.0
    keys_seconds: float = 60.0

    def send(
        self, url: str, request: Request, seconds: float, log: deque[SentRequest], *, redirects: int = 0
    ) -> int:
        """Send a POST request and return the status of its answer, following at most `redirects` redirects.

        Every request is added to the log. Raises Unreachable.
        """
        method = "POST"
        while True:
            status, location = self._send_once(method, url, request, seconds, log)
            if not redirects or not location or not 300 <= status < 400:
                return status
            redirects -= 1
            method, url = method if status in METHOD_KEPT_STATUSES else "GET", urljoin(url, location)

    def _send_once(
        self, method: str, url: str, request: Request, seconds: float, log: deque[SentRequest]
    ) -> tuple[int, str | None]:
        status = None
        try:
            answer = exchange(self._connection(url, seconds), method, url, request)
            status = answer.status
            return status, answer.getheader("Location")
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Unreachable(type(error).__name__) from error
        finally:
            headers = {"Host": urlsplit(url).netloc, **request.headers}
            log.append(SentRequest(method, url, tuple(headers.items()), request.body, status))

    def _connection(self, url: str, seconds: float) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        if parts.username is not None:
            raise OSError("WordPress calls no address with a user")
        target = urlsplit(self.reaches.get(f"{parts.scheme}://{parts.netloc}", url))
        host = target.hostname or ""
        if host != "localhost" and not _is_loopback(host):
            raise OSError("a shop of the sandbox calls this machine only")
        kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        return kind(host, target.port, timeout=seconds)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
