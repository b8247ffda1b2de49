"""An HTTP client with an SSRF guard, for addresses that merchants name: public ones, over https.

The name is looked up for every TCP connect, every address it resolves to is checked, and the connection goes
to a checked address, so that DNS rebinding changes nothing. Redirects are not followed, proxies of the
environment are not used, and a deadline ends answers that come in drips.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from threading import Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from wp_bridge.errors import Redirected, StoreError, StoreTrouble
from wp_bridge.ip_policy import PORTS, is_public, is_this_machine, may_be_public, split

MOST_TRIES = 4  # of the addresses that one name leads to
PIECE = 16 * 1024

Resolve = Callable[[str, int], Sequence[str]]  # the addresses of a name; OSError where it has none

# urllib3 logs whole addresses, and a signed one carries the key and its signature.
logging.getLogger("urllib3.connectionpool").addFilter(lambda _record: False)


def resolve(host: str, port: int) -> list[str]:
    """Look up the addresses of a host by the system's resolver, which has time-outs of its own."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


@dataclass(frozen=True)
class Limits:
    """The seconds and bytes one call may take; compressed bytes count as they are unpacked."""

    connect: float = 10.0
    read: float = 30.0  # between two pieces of the answer
    deadline: float = 60.0  # for all of it
    most_bytes: int = 4 * 1024 * 1024


@dataclass(frozen=True)
class SafeHttpResponse:
    """A store's response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


class SafeHttpClient:
    """A client that threads may share, since each call has a connection of its own.

    `allow_loopback` lets http and every port through to this machine, for a sandbox. `authorities` is a file
    of certificates to trust in place of the usual ones.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        resolve: Resolve = resolve,
        limits: Limits | None = None,
        authorities: str | None = None,
        ends: float | None = None,
    ) -> None:
        """Take the deadline of all calls, by the monotonic clock; None where each has its own."""
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._limits = limits or Limits()
        self._authorities = authorities
        self._ends = ends

    def within(self, limits: Limits) -> SafeHttpClient:
        """Return the same client with the lower of both limits each."""
        least = Limits(*map(min, zip(astuple(self._limits), astuple(limits), strict=True)))
        return self._copy(least, self._ends)

    def for_seconds(self, seconds: float) -> SafeHttpClient:
        """Return the same client with one deadline for all its calls, so many seconds from now."""
        ends = time.monotonic() + seconds
        return self._copy(self._limits, ends if self._ends is None else min(ends, self._ends))

    def _copy(self, limits: Limits, ends: float | None) -> SafeHttpClient:
        return SafeHttpClient(
            allow_loopback=self._allow_loopback,
            resolve=self._resolve,
            limits=limits,
            authorities=self._authorities,
            ends=ends,
        )

    def check(self, url: str, *, http: bool = False) -> None:
        """Check an address before its name is looked up. Raises StoreError for one that is never called."""
        parts = split(url)
        if parts is None:
            raise StoreError(StoreTrouble.UNREACHABLE)
        host, ports = parts.hostname or "", PORTS[parts.scheme]
        if self._is_own_machine(host):
            return
        if (parts.port or ports[0]) not in ports or not may_be_public(host):
            raise StoreError(StoreTrouble.UNREACHABLE)
        if parts.scheme == "http" and not http:
            raise StoreError(StoreTrouble.NOT_HTTPS)

    def request(
        self,
        method: str,
        url: str,
        *,
        http: bool = False,
        headers: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
        data: bytes | None = None,
        auth: Any = None,
    ) -> SafeHttpResponse:
        """Make a call. Raises StoreError, the same for every network failure: we are no port scanner."""
        self.check(url, http=http)
        call = _Call(self._addresses, self._remaining_limits())
        try:
            with requests.Session() as session:
                session.trust_env = False
                session.verify = self._authorities or True
                session.mount("https://", _Adapter(call.connect))
                session.mount("http://", _Adapter(call.connect))
                return call.make(
                    session,
                    method=method,
                    url=url,
                    headers={"Accept-Encoding": "identity", **(headers or {})},
                    params=params,
                    data=data,
                    auth=auth,
                )
        except (requests.RequestException, HTTPError, OSError, UnicodeError, ValueError):
            pass
        # Raised outside the handler: the network error, which holds addresses and keys, is not attached.
        raise StoreError(StoreTrouble.UNREACHABLE)

    def _remaining_limits(self) -> Limits:
        """Return the limits within the client's remaining time. Raises StoreError once that is over."""
        if self._ends is None:
            return self._limits
        remaining = self._ends - time.monotonic()
        if remaining <= 0:
            raise StoreError(StoreTrouble.UNREACHABLE, "deadline")
        connect, read, deadline, most_bytes = astuple(self._limits)
        return Limits(min(connect, remaining), min(read, remaining), min(deadline, remaining), most_bytes)

    def _is_own_machine(self, host: str) -> bool:
        return self._allow_loopback and is_this_machine(host)

    def _addresses(self, host: str, port: int) -> list[str]:
        """Look up the addresses of a name. Raises OSError unless all of them may be called."""
        is_own = self._is_own_machine(host)
        if not is_own and not any(port in ports for ports in PORTS.values()):
            raise OSError("not a port to be called")
        addresses = list(self._resolve(host, port))
        if not addresses or not all(_is_allowed(address, is_own) for address in addresses):
            raise OSError("not an address to be called")
        return addresses


def _is_allowed(text: str, is_own: bool) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_loopback if is_own else is_public(address)


class _Call:
    """One call with its connections, which are cut at its deadline."""

    def __init__(self, addresses: Callable[[str, int], list[str]], limits: Limits) -> None:
        self._addresses, self._limits = addresses, limits
        self._ends = time.monotonic() + limits.deadline
        self._handles: list[socket.socket] = []
        self._is_cut = False

    def make(self, session: requests.Session, **options: Any) -> SafeHttpResponse:
        watch = Timer(self._limits.deadline, self._cut)
        watch.daemon = True
        watch.start()
        try:
            timeout = (self._limits.connect, self._limits.read)
            with session.request(**options, timeout=timeout, allow_redirects=False, stream=True) as response:
                if 300 <= response.status_code < 400:
                    raise Redirected(response.status_code, response.headers.get("Location"))
                body = self._body(response)
                if self._is_cut:  # a body that was cut off may look complete
                    raise TimeoutError
                headers = {name.lower(): value for name, value in response.headers.items()}
                return SafeHttpResponse(response.status_code, headers, body)
        finally:
            watch.cancel()
            for handle in self._handles:
                handle.close()

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to one of the checked addresses. Raises OSError."""
        error = OSError("no address")
        for address in self._addresses(host, port)[:MOST_TRIES]:
            remaining = self._ends - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            try:
                timeout = min(self._limits.connect, remaining)
                return self._watch(socket.create_connection((address, port), timeout))
            except OSError as refused:
                error = refused
        raise error

    def _watch(self, connected: socket.socket) -> socket.socket:
        """Keep a handle of our own on a connection, to cut it by: TLS takes over the socket itself."""
        self._handles.append(connected.dup())
        if self._is_cut:
            connected.close()
            raise TimeoutError
        return connected

    def _body(self, response: requests.Response) -> bytes:
        pieces, size = [], 0
        for piece in response.iter_content(PIECE):
            size += len(piece)
            if size > self._limits.most_bytes:
                raise OSError("too much")
            pieces.append(piece)
        return b"".join(pieces)

    def _cut(self) -> None:
        self._is_cut = True
        for handle in self._handles:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)


Connect = Callable[[str, int], socket.socket]


class _Adapter(HTTPAdapter):
    """An adapter of requests that connects by `connect`, to a checked address."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._connect)


def _pools(connect: Connect) -> dict[str, Any]:
    """Return urllib3's pools with connections that take their sockets from `connect`."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self.host, self.port)

    class Secure(HTTPSConnection):
        # The certificate is still checked against the name: only the address is ours.
        def _new_conn(self) -> socket.socket:
            return connect(self.host, self.port)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
