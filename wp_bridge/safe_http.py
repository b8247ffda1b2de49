"""The guarded way out to addresses that merchants name: a public one, over https, and no detour.

The name is looked up for every TCP connect, every address it leads to is checked, and the one that was
checked is the one connected to: a name that answers otherwise a moment later changes nothing. Redirects are
not followed, proxies of the environment are not used, and a deadline ends what drips.
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
    """By the machine's own means, which have time limits of their own."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes one call may take; what is unpacked counts as it is unpacked."""

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
    """Makes calls; any number of threads may share one, since each call has a connection of its own.

    `allow_loopback` lets http and every port through to this very machine, for a sandbox. `authorities` is
    a file of certificates to trust in place of those everybody does.
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
        """`ends`: no call lasts longer, by the machine's monotonic clock; None: each has its own time."""
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._limits = limits or Limits()
        self._authorities = authorities
        self._ends = ends

    def within(self, limits: Limits) -> SafeHttpClient:
        """The same guard, with less patience."""
        least = Limits(*map(min, zip(astuple(self._limits), astuple(limits), strict=True)))
        return self._copy(least, self._ends)

    def for_seconds(self, seconds: float) -> SafeHttpClient:
        """The same guard, with one deadline for all the calls it makes from now on."""
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
        """Raises StoreError for an address that is never called, before anything is looked up."""
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
        """One call. Raises StoreError: any trouble on the way is one and the same."""
        self.check(url, http=http)
        call = _Call(self._addresses, self._limits_left())
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
        # Raised out here so that the error of the way, which holds addresses and keys, stays behind.
        raise StoreError(StoreTrouble.UNREACHABLE)

    def _limits_left(self) -> Limits:
        """Raises StoreError once the time for all calls is over."""
        if self._ends is None:
            return self._limits
        left = self._ends - time.monotonic()
        if left <= 0:
            raise StoreError(StoreTrouble.UNREACHABLE, "deadline")
        connect, read, deadline, most_bytes = astuple(self._limits)
        return Limits(min(connect, left), min(read, left), min(deadline, left), most_bytes)

    def _is_own_machine(self, host: str) -> bool:
        return self._allow_loopback and is_this_machine(host)

    def _addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a name, all of them such as may be called. Raises OSError."""
        own = self._is_own_machine(host)
        if not own and not any(port in ports for ports in PORTS.values()):
            raise OSError("not a port to be called")
        found = list(self._resolve(host, port))
        if not found or not all(_is_allowed(address, own) for address in found):
            raise OSError("not an address to be called")
        return found


def _is_allowed(text: str, own: bool) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_loopback if own else is_public(address)


class _Call:
    """One call: its connections, and the moment they are cut at the latest."""

    def __init__(self, addresses: Callable[[str, int], list[str]], limits: Limits) -> None:
        self._addresses, self._limits = addresses, limits
        self._ends = time.monotonic() + limits.deadline
        self._handles: list[socket.socket] = []
        self._is_cut = False

    def make(self, session: requests.Session, **asked: Any) -> SafeHttpResponse:
        watch = Timer(self._limits.deadline, self._cut)
        watch.daemon = True
        watch.start()
        try:
            timeout = (self._limits.connect, self._limits.read)
            with session.request(**asked, timeout=timeout, allow_redirects=False, stream=True) as response:
                if 300 <= response.status_code < 400:
                    raise Redirected(response.status_code, response.headers.get("Location"))
                body = self._body(response)
                if self._is_cut:  # what was cut off may look whole
                    raise TimeoutError
                headers = {name.lower(): value for name, value in response.headers.items()}
                return SafeHttpResponse(response.status_code, headers, body)
        finally:
            watch.cancel()
            for handle in self._handles:
                handle.close()

    def connect(self, host: str, port: int) -> socket.socket:
        """A socket to one of the checked addresses. Raises OSError."""
        error = OSError("no address")
        for address in self._addresses(host, port)[:MOST_TRIES]:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                patience = min(self._limits.connect, left)
                return self._watched(socket.create_connection((address, port), patience))
            except OSError as refused:
                error = refused
        raise error

    def _watched(self, connected: socket.socket) -> socket.socket:
        """A handle of our own on the connection: TLS takes the socket itself away from whoever made it."""
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
    """Connects by `connect`, whatever the name says to others."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._connect)


def _pools(connect: Connect) -> dict[str, Any]:
    """urllib3's own pools, over connections that take their sockets from `connect`."""

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
