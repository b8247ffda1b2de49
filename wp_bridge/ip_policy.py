"""The rules for addresses that may be called: public ones, under a public name or in the usual notation.

The tables are our own, after IANA's registries of special addresses: Python's `is_global` changes with its
version, and lets through site-local and documentation networks, and IPv4 inside IPv6.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

PORTS = {"https": (443, 8443), "http": (80, 8080)}  # the first is the default

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

INNER_IPV4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # looks public; a cloud's own machines answer there
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")  # all that has ever been assigned
INNER_IPV6 = tuple(
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")  # Teredo, 6to4 and documentation
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # how IPv4 is reached from a network without it

LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# A last label that begins with a digit is a number to some resolvers: 127.1, 2130706433, 0x7f.1.
# Without a closing dot: the name that is looked up is the very name that is compared.
NAME = re.compile(rf"(?:{LABEL}\.)+(?!\d){LABEL}")
INNER_NAMES = (
    *("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private"),
    *("arpa", "onion", "test", "invalid"),
)


def split(url: str) -> SplitResult | None:
    """Split a plain web address, without a user and in ASCII, into its parts; None for any other text."""
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>^`{|}'):
        return None
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in PORTS and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return None
    return parts if is_plain else None


def is_this_machine(host: str) -> bool:
    """Return whether a host is `localhost` or a loopback address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def may_be_public(host: str) -> bool:
    """Return whether a host, in lower case, is a public address or a name that could lead to one."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        return len(host) <= 253 and NAME.fullmatch(host) is not None and last not in INNER_NAMES
    return "%" not in host and is_public(address)


def is_public(address: Address) -> bool:
    """Return whether an address is public, also judging IPv4 inside NAT64 by the inner address."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in INNER_IPV4)
    if address in NAT64:
        return is_public(ipaddress.IPv4Address(address.packed[-4:]))
    return address in PUBLIC_IPV6 and not any(address in network for network in INNER_IPV6)
