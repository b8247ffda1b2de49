"""Authenticates staff tokens: none passes without one, and only operators change anything."""

from __future__ import annotations

from flask import Response, g, request
from werkzeug.exceptions import Forbidden

from receiver.container import current_container
from receiver.documents.times import time_text
from receiver.domain.staff import Role
from receiver.errors import StorageUnavailable
from receiver.services.staff.records import ApiToken
from receiver.services.staff.tokens import TokenExpired, use_token
from receiver.web.api.bearer import find_bearer_token, unauthorized

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def only_staff() -> None:
    """Set `g.person` and `g.token`; answer 401 without a valid token, 403 to a viewer's change."""
    try:
        token = _find_token()
    except TokenExpired as error:
        raise unauthorized(str(error)) from error
    if token is None:
        raise unauthorized()
    g.person, g.token = token.owner, token
    if request.method not in SAFE and g.person.role != Role.OPERATOR:
        raise Forbidden


def tell_expiry(response: Response) -> Response:
    """Add the token's expiry to the response, so that a program sees it coming."""
    if "token" in g:
        response.headers["Token-Expires"] = time_text(g.token.expires_at)
    return response


def carries_staff_token() -> bool:
    """Return whether the bearer token is a member of staff's; False while the database cannot tell."""
    try:
        return _find_token() is not None
    except (StorageUnavailable, TokenExpired):
        return False


def _find_token() -> ApiToken | None:
    token = find_bearer_token()
    return use_token(current_container(), token) if token else None
