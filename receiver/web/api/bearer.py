"""The bearer token of a request, and the one answer to a missing or wrong one."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized


def bearer_token() -> str:
    """The token of `Authorization: Bearer …`; answers 401 where there is none."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise refused()
    return given.token


def refused() -> Unauthorized:
    return Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
