"""The caller and the address it used, where trusted proxies stand before us; nobody else is believed.

Of `X-Forwarded-For` the last address that is no trusted proxy's is the caller's: all before it the caller
can have written.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CAME_THROUGH = "receiver.came_through_a_proxy"
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
REQUEST_ID = "HTTP_X_REQUEST_ID"
SCHEMES = ("http", "https")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """WSGI middleware that puts the caller's address and scheme where Flask looks for them.

    Werkzeug's ProxyFix counts proxies and would believe whoever comes past them.
    """

    def __init__(self, app: WSGIApplication, networks: Sequence[str]) -> None:
        self._app = app
        self._networks = [ipaddress.ip_network(network.strip(), strict=False) for network in networks]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        forwarded = {name: environ.pop(name) for name in FORWARDED if name in environ}
        environ[CAME_THROUGH] = bool(forwarded)
        if REQUEST_ID in environ and not self._trusts(_address(environ.get("REMOTE_ADDR", ""))):
            del environ[REQUEST_ID]
        if forwarded and self._trusts(_address(environ.get("REMOTE_ADDR", ""))):
            environ["REMOTE_ADDR"] = self._caller(
                forwarded.get("HTTP_X_FORWARDED_FOR", ""), environ["REMOTE_ADDR"]
            )
            scheme = forwarded.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            environ["wsgi.url_scheme"] = scheme if scheme in SCHEMES else environ["wsgi.url_scheme"]
        return self._app(environ, start_response)

    def _caller(self, forwarded_for: str, peer: str) -> str:
        caller = peer
        for text in reversed(forwarded_for.split(",")):
            address = _address(text)
            if address is None:  # no address: only the one after it is certain
                break
            caller = str(address)
            if not self._trusts(address):
                break
        return caller

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(_holds(network, address) for network in self._networks)


def is_local(environ: WSGIEnvironment) -> bool:
    """Return whether the call was made on this machine, and not through a proxy that runs on it."""
    address = _address(environ.get("REMOTE_ADDR", ""))
    return address is not None and address.is_loopback and not environ.get(CAME_THROUGH, True)


def _holds(network: Network, address: Address) -> bool:
    return address.version == network.version and address in network


def _address(text: str) -> Address | None:
    """Return the address a text holds, None for no address; IPv4 in IPv6's form as IPv4, a zone left out."""
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
