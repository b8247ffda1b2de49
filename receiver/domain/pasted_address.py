"""The shop's address in pasted text: a page of the shop, its admin, or a link of ours that names it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit, urlunsplit

from receiver.domain.shops import shop_address

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE | re.ASCII)
# As people type it: "https:/", "https//", "ttp://", "htps://", or "https:" alone.
SLIP = re.compile(r"h?t{1,3}p(s?)(?:[:;]+[/\\]*|[/\\]{2,})(?=[^\W\d])", re.IGNORECASE)
CONNECT = re.compile(r"/connect(/go)?/?")
# Where WordPress itself begins; what stands before is the shop.
OF_WORDPRESS = re.compile(
    r"/(wp-admin|wp-json|wp-login\.php|wp-content|wp-includes|wc-auth|index\.php|xmlrpc\.php)(/|$)"
)
# What mails, chats and tables put around an address: marks of direction, too.
AROUND = (
    "\ufeff\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\u00a0"
    + " \t\r\n\"'<>"
)
BEFORE, BEHIND = "([{“”„‘’«‹「*", ")]}“”’‘»›」*,;.!、。，；"
LINKS = 3  # a link in a link is somebody's mistake; more of them are a joke


def pasted_address(text: str) -> str:
    """Return the address of the shop that a person means, as we keep it.

    A scheme that is left out is https. Raises ValueError saying what is wrong.
    """
    for _ in range(LINKS):
        text = _add_scheme(_strip_wrapping(text))
        shop = _shop_in_link(text)
        if shop is None:
            break
        text = shop
    return shop_address(_strip_page(text))


def _strip_wrapping(text: str) -> str:
    """Return the text without what a sentence puts around it; a bracket of an IPv6 address is its own."""
    text = text.strip(AROUND)
    inner = text.lstrip(BEFORE + AROUND).rstrip(BEHIND + AROUND)
    return text if "[" in text or not inner else inner


def _add_scheme(text: str) -> str:
    if (slip := SLIP.match(text)) is not None:
        return f"http{slip[1].lower()}://{text[slip.end() :]}"
    return text if SCHEME.match(text) or not text else f"https://{text}"


def _shop_in_link(url: str) -> str | None:
    """Return the shop that a link to our page for connecting names; None for every other address."""
    parts = urlsplit(url)
    shop = parse_qs(parts.query).get("shop") if CONNECT.fullmatch(parts.path) else None
    return shop[0] if shop else None


def _strip_page(url: str) -> str:
    """Return the address without what belongs to one page."""
    parts = urlsplit(url)
    if not parts.netloc or any(mark in url for mark in "\\\t\r\n"):  # urlsplit reads these in its own way
        return url
    page = OF_WORDPRESS.search(parts.path)
    path = parts.path[: page.start()] if page else parts.path
    return urlunsplit(parts._replace(path=path, query="", fragment=""))
