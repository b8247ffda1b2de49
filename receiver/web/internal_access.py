"""Who may look inside: whoever is on this machine, and whoever carries a token of staff's."""

from __future__ import annotations

from flask import request

from receiver.web.api.admin.guard import carries_staff_token
from receiver.web.proxies import is_local


def is_internal_request() -> bool:
    return is_local(request.environ) or carries_staff_token()
