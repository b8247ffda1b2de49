"""The bearer token of a request, and the one answer to a missing or wrong one."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized


def find_bearer_token() -> str | None:
    """Return the token of `Authorization: Bearer …`; None where there is none."""
    # Not Werkzeug's parser: it unpacks what other schemes write, and stumbles over some of it.
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def bearer_token() -> str:
    """Return the token of `Authorization: Bearer …`. Raises Unauthorized (401) where there is none."""
    token = find_bearer_token()
    if token is None:
        raise unauthorized()
    return token


def unauthorized(reason: str | None = None) -> Unauthorized:
    """Return the 401 of RFC 6750; `reason` is only for a token that was right once."""
    details: dict[str, str | None] | None = (
        {"error": "invalid_token", "error_description": reason} if reason else None
    )
    return Unauthorized(www_authenticate=WWWAuthenticate("bearer", details))
