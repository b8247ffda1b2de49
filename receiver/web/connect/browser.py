"""The cookie that recognises a browser in which a flow began; no script, other site or host can touch it.

A browser that has one keeps it, whatever leads it here: what was begun in it is found by nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from flask import g, request
from werkzeug.wrappers import Response

from receiver.container import current_container

SECRET = re.compile(r"[0-9A-Za-z_-]{43}")
ONWARD = "onward"  # a page token for a link that skips a page which was just read
LASTS = 24 * 60 * 60  # seconds: longer than any flow


def known_browser() -> str | None:
    """Return the browser's secret; None where it has none."""
    secret = request.cookies.get(_cookie_name(), "")
    return secret if SECRET.fullmatch(secret) else None


def this_browser() -> str:
    """Return the browser's secret; a new one is set with this response."""
    if "browser" not in g:
        g.browser = known_browser() or secrets.token_urlsafe(32)
    return str(g.browser)


def keep_browser(response: Response) -> Response:
    """Set the cookie, for another day, in a browser in which a flow began.

    Lax, not Strict: the browser must send it when TikTok leads back here.
    """
    if "browser" in g:
        response.set_cookie(
            _cookie_name(),
            g.browser,
            max_age=LASTS,
            path="/",
            secure=_is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


def page_token(*parts: str) -> str:
    """Return a token that only a page of ours can put into a link, for this browser and these parts."""
    return hmac.new(this_browser().encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def is_page_token(token: str, *parts: str) -> bool:
    """Return whether a token is this browser's for these parts; False for a browser without a cookie."""
    secret = known_browser()
    if secret is None:
        return False
    return hmac.compare_digest(page_token(*parts).encode(), token.encode())


def _cookie_name() -> str:
    """Return the cookie's name; its prefix keeps other hosts of our domain, and http, from planting one."""
    return "__Host-connect" if _is_secure() else "connect"


def _is_secure() -> bool:
    return current_container().settings.public_url.startswith("https:")
