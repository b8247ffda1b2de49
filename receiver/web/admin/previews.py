"""The token by which a change is saved only as its preview showed it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from flask import request

CHANGED = "It would not do what you were shown, or nothing was shown yet: this is what it does now."


def preview_token(form_values: Mapping[str, str], *outcomes: Any) -> str:
    """Return a hash of the request and its previewed outcome, for the form's field `seen`."""
    return hashlib.sha256(json.dumps([form_values, *outcomes], sort_keys=True).encode()).hexdigest()


def was_previewed(token: str) -> bool:
    """Return whether the form carries the token of this very preview."""
    return request.form.get("seen") == token
