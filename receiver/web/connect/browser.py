"""The secret by which a browser is known again: in a cookie that no script, other site or host can touch."""

from __future__ import annotations

import re
import secrets

from flask import request
from werkzeug.wrappers import Response

from receiver.wiring import wiring

SECRET = re.compile(r"[0-9A-Za-z_-]{43}")
LASTS = 24 * 60 * 60  # seconds: longer than any flow


def known_browser() -> str | None:
    """The browser's secret, where it has one."""
    secret = request.cookies.get(_name(), "")
    return secret if SECRET.fullmatch(secret) else None


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def remember(response: Response, secret: str) -> None:
    """Lax, not Strict: the browser must send it when TikTok leads back here."""
    response.set_cookie(
        _name(), secret, max_age=LASTS, path="/", secure=_is_secure(), httponly=True, samesite="Lax"
    )


def _name() -> str:
    """The prefix keeps other hosts of our domain, and http, from planting one."""
    return "__Host-connect" if _is_secure() else "connect"


def _is_secure() -> bool:
    return wiring().settings.public_url.startswith("https:")
