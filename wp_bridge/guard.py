"""The guarded way out to addresses that merchants name: a public one, over https, and no detour.

The name is looked up for every TCP connect, every address it leads to is checked, and the one that was
checked is the one connected to: a name that answers otherwise a moment later changes nothing. Redirects are
not followed, proxies of the environment are not used, and a deadline ends what drips.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Timer
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from wp_bridge.errors import StoreError, Trouble

PORTS = {"https": (443, 8443), "http": (80, 8080)}
CONNECT_SECONDS, READ_SECONDS, DEADLINE_SECONDS = 10.0, 30.0, 60.0
MOST_BYTES = 4 * 1024 * 1024
PIECE = 16 * 1024
INNER_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion", "test")
# Ways to write an IPv4 address as an IPv6 one, and translators that would lead back inside.
EMBEDDING = tuple(
    ipaddress.IPv6Network(text)
    for text in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")
)

# Set aside, though Python's tables call parts of them global.
SET_ASIDE = tuple(ipaddress.IPv4Network(text) for text in ("192.0.0.0/24", "192.88.99.0/24"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]  # the addresses of a name; OSError where it has none


def resolve(host: str, port: int) -> list[str]:
    """By the machine's own means."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes one call may take."""

    connect: float = CONNECT_SECONDS
    read: float = READ_SECONDS
    deadline: float = DEADLINE_SECONDS
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True)
class Answer:
    """What a store answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Guard:
    """Makes calls; any number of threads may share one, since each call has a connection of its own.

    `allow_loopback` lets http and every port through to this very machine, for a sandbox.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        resolve: Resolve = resolve,
        limits: Limits | None = None,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._limits = limits or Limits()

    def check(self, url: str, *, http: bool = False) -> None:
        """Raises StoreError for an address that is never called, before anything is looked up."""
        parts = _split(url)
        host = parts.hostname or ""
        if self._allow_loopback and _is_this_machine(host):
            return
        if parts.scheme == "http" and not http:
            raise StoreError(Trouble.NOT_HTTPS)
        if (parts.port or PORTS[parts.scheme][0]) not in PORTS[parts.scheme] or not _may_be_public(host):
            raise StoreError(Trouble.UNREACHABLE)

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
    ) -> Answer:
        """One call. Raises StoreError: any trouble on the way is one and the same."""
        self.check(url, http=http)
        call = _Call(self._addresses, self._limits)
        try:
            with requests.Session() as session:
                session.trust_env = False
                session.mount("https://", call.adapter())
                session.mount("http://", call.adapter())
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
        raise StoreError(Trouble.UNREACHABLE)

    def _addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a name, all of them public. Raises OSError."""
        found = list(self._resolve(host, port))
        if not found or not all(self._is_allowed(address) for address in found):
            raise OSError("not an address to be called")
        return found

    def _is_allowed(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        return is_public(address) or (self._allow_loopback and address.is_loopback)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the internet at large, and to nothing that only looks like it."""
    networks = EMBEDDING if isinstance(address, ipaddress.IPv6Address) else SET_ASIDE
    if any(address in network for network in networks):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    )


class _Call:
    """One call: its sockets, and the moment they are closed at the latest."""

    def __init__(self, addresses: Callable[[str, int], list[str]], limits: Limits) -> None:
        self._addresses, self._limits = addresses, limits
        self._sockets: list[socket.socket] = []
        self._is_cut = False

    def make(self, session: requests.Session, **asked: Any) -> Answer:
        watch = Timer(self._limits.deadline, self._cut)
        watch.daemon = True
        watch.start()
        try:
            timeout = (self._limits.connect, self._limits.read)
            with session.request(**asked, timeout=timeout, allow_redirects=False, stream=True) as response:
                if 300 <= response.status_code < 400:
                    raise StoreError(Trouble.UNREACHABLE, "redirect")
                body = self._body(response)
                if self._is_cut:  # what was cut off may look whole
                    raise OSError("too slow")
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, body)
        finally:
            watch.cancel()

    def adapter(self) -> HTTPAdapter:
        return _Adapter(self.connect)

    def connect(self, host: str, port: int, timeout: Any) -> socket.socket:
        """A socket to one of the checked addresses. Raises OSError."""
        error: OSError | None = None
        for address in self._addresses(host, port):
            try:
                found = socket.create_connection((address, port), timeout)
            except OSError as refused:
                error = refused
                continue
            self._sockets.append(found)
            return found
        raise error or OSError("no address")

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
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


Connect = Callable[[str, int, Any], socket.socket]


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
            return connect(self.host, self.port, self.timeout)

    class Secure(HTTPSConnection):
        # The certificate is still checked against the name: only the address is ours.
        def _new_conn(self) -> socket.socket:
            return connect(self.host, self.port, self.timeout)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _split(url: str) -> SplitResult:
    """Raises StoreError for what is no plain web address."""
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>^`{|}')
    try:
        parts = urlsplit(url)
        if (
            is_plain
            and parts.scheme in PORTS
            and parts.hostname
            and parts.port != 0
            and "@" not in parts.netloc
        ):
            return parts
    except ValueError:
        pass
    raise StoreError(Trouble.UNREACHABLE)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _may_be_public(host: str) -> bool:
    """A name under a public suffix, or an address in its one usual form."""
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        pass
    labels = host.removesuffix(".").split(".")
    last = labels[-1]
    # The resolver reads 0x7f.1, 2130706433 and 127.1 as addresses; a true last label is never a number.
    is_number = last[:1].isdigit()
    return len(labels) > 1 and all(labels) and not is_number and last not in INNER_NAMES
