"""The network of an internet address, by which attempts are counted."""

from __future__ import annotations

import ipaddress

UNKNOWN = "unknown"
HOUSEHOLD = 64  # bits of an IPv6 address that one household or server is given to fill as it likes


def network_of(address: str) -> str:
    """Return the network of an address: an IPv4 address itself, the /64 of IPv6, or `unknown`.

    IPv4 written as IPv6 (`::ffff:…`) is IPv4.
    """
    try:
        parsed = ipaddress.ip_address(address.strip().partition("%")[0])
    except ValueError:
        return UNKNOWN
    inner = getattr(parsed, "ipv4_mapped", None) or parsed
    if isinstance(inner, ipaddress.IPv4Address):
        return str(inner)
    return str(ipaddress.IPv6Network((inner, HOUSEHOLD), strict=False))
