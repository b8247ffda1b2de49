"""Recognises internal requests: from this machine, or with a staff token."""

from __future__ import annotations

from flask import request

from receiver.web.api.admin.guard import carries_staff_token
from receiver.web.proxies import is_local


def is_internal_request() -> bool:
    """Return whether the request comes from this machine, or with a staff token."""
    return is_local(request.environ) or carries_staff_token()
