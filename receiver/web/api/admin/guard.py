"""Who a staff token belongs to: none passes without one, and only operators change anything."""

from __future__ import annotations

from flask import g, request
from werkzeug.exceptions import Forbidden

from receiver.errors import StorageUnavailable
from receiver.services.staff.tokens import person_of_token
from receiver.storage.tables import Staff
from receiver.web.api.bearer import given_token, refused
from receiver.wiring import wiring

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def only_staff() -> None:
    """Sets `g.person`. Answers 401 to a missing or wrong token, 403 to a viewer who would change things."""
    g.person = _person()
    if g.person is None:
        raise refused()
    if request.method not in SAFE and g.person.role != "operator":
        raise Forbidden


def carries_staff_token() -> bool:
    """Whether the request's bearer token is a member of staff's; no, while the database cannot tell."""
    try:
        return _person() is not None
    except StorageUnavailable:
        return False


def _person() -> Staff | None:
    token = given_token()
    return person_of_token(wiring().database, wiring().now(), token) if token else None
