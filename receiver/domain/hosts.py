"""The canonical form of a host: the ASCII name under which it is looked up and compared."""

from __future__ import annotations

import ipaddress
import re

import idna

LONGEST = 253
LABEL = re.compile("[a-z0-9_-]{1,63}", re.ASCII)  # an underscore is no host name's, and in use all the same
A_LABEL = "xn--"
NO_HOST = "must be a web address such as https://shop.example/"


def canonical_host(host: str) -> str:
    """Return a host in lower-case ASCII (UTS 46 non-transitional, IDNA 2008); IPv6 compressed, in brackets.

    Raises ValueError for what is no host name.
    """
    if ":" in host:
        return _ipv6(host)
    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False).removesuffix(".")
        name = ".".join(map(_ascii_label, mapped.split(".")))
    except UnicodeError as error:  # idna's own errors are of this kind
        raise ValueError(NO_HOST) from error
    if len(name) > LONGEST or not all(map(LABEL.fullmatch, name.split("."))):
        raise ValueError(NO_HOST)
    return name


def _ascii_label(label: str) -> str:
    """Encode a label as ASCII.

    ASCII labels are left as they are, unless they are encoded ones (`xn--`): IDNA 2008 refuses some that
    resolve.
    """
    if label.isascii() and not label.startswith(A_LABEL):
        return label
    return idna.alabel(label).decode("ascii")


def _ipv6(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError as error:
        raise ValueError(NO_HOST) from error
    if address.scope_id is not None:  # means something on one machine only
        raise ValueError(NO_HOST)
    return f"[{address.compressed}]"
