"""Shop addresses: their canonical form, and when two of them mean the same shop."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

from receiver.domain.hosts import NO_HOST, canonical_host
from receiver.domain.languages import is_language

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST = 500  # with the closing slash
TOO_LONG = f"must be at most {LONGEST} characters without spaces"
NO_PORT = "must have a port from 1 to 65535 behind the colon, or none"
WRITTEN_PLAINLY = "/%:@!$&'()*+,;=-._~"  # in a path; the rest is percent-encoded
ESCAPE = re.compile("%[0-9a-fA-F]{2}")


def shop_address(url: str) -> str:
    """Return the address in its canonical form, with a closing slash.

    Raises ValueError saying what is wrong.
    """
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password")
    if "?" in url or "#" in url:  # also where nothing follows
        raise ValueError("must end with the path: no ? and no #")
    address = f"{parts.scheme}://{_authority(parts)}{_path(parts)}/"
    if len(address) > LONGEST:  # escapes make it longer
        raise ValueError(TOO_LONG)
    return address


def canonical(url: str | None) -> str | None:
    """Return the address in its canonical form; None where it is no shop's address."""
    try:
        return None if url is None else shop_address(url)
    except ValueError:
        return None


def other_scheme(address: str) -> str:
    """Return the same address under http instead of https, or the other way round."""
    scheme, _, rest = address.partition("://")
    return f"{'http' if scheme == 'https' else 'https'}://{rest}"


def same_shop(item: str, other: str) -> bool:
    """Return whether two addresses have the same host, port and path.

    The scheme may differ: shops move to https, proxies hide it.
    """
    try:
        return _place(item) == _place(other)
    except ValueError:
        return False


def names_shop(home: str, address: str) -> bool:
    """Return whether a shop that calls `home` its home is the one at `address`.

    Language plugins put the language of a request into the home that WordPress tells (`/es/`): that is no
    other shop.
    """
    try:
        (authority, path), (own_authority, own_path) = _place(home), _place(address)
    except ValueError:
        return False
    below, _, language = path.rpartition("/")
    return authority == own_authority and (path == own_path or (below == own_path and is_language(language)))


def without_language(address: str) -> str | None:
    """Return a kept address without the language it ends with; None where it ends with none."""
    above, _, last = address.rstrip("/").rpartition("/")
    return f"{above}/" if is_language(last) and not above.endswith("/") else None


def host_of(address: str) -> str | None:
    """Return the host of a stored address, without its port; None where it is not valid (any more)."""
    try:
        return canonical_host(_split(address).hostname or "")
    except ValueError:
        return None


def is_page_of(url: str, shop: str) -> bool:
    """Return whether an address lies on the shop's own host: its admin may stand beside its home."""
    try:
        return _authority(_split(url)) == _authority(_split(shop))
    except ValueError:
        return False


@lru_cache(1_000)  # a store tells its home with each message
def _place(url: str) -> tuple[str, str]:
    parts = _split(url)
    return _authority(parts), _path(parts)


def _split(url: str) -> SplitResult:
    # urlsplit silently drops tabs and line breaks, and takes any length.
    if len(url.rstrip("/")) >= LONGEST or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError(TOO_LONG)
    try:
        parts = urlsplit(url)
    except ValueError as error:  # brackets around no IPv6, letters that hide a slash
        raise ValueError(NO_HOST) from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(NO_HOST)
    return parts


def _authority(parts: SplitResult) -> str:
    host = canonical_host(parts.hostname or "")
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError(NO_PORT) from error
    if port == 0:
        raise ValueError(NO_PORT)
    return host if port in (None, DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"


def _path(parts: SplitResult) -> str:
    """Return the path as a request has it, without a closing slash: ASCII, escapes in capitals."""
    path = quote(re.sub("/{2,}", "/", parts.path).rstrip("/"), safe=WRITTEN_PLAINLY)
    return ESCAPE.sub(lambda escape: escape[0].upper(), path)
