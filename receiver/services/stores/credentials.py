"""Generates signing secrets and status tokens."""

from __future__ import annotations

import secrets
import string

SECRET_LETTERS = string.ascii_letters + string.digits  # WooCommerce cleans other characters away
SECRET_LENGTH = 43  # 256 random bits


def new_secret() -> str:
    """Return a signing secret that WooCommerce stores unchanged."""
    return "".join(secrets.choice(SECRET_LETTERS) for _ in range(SECRET_LENGTH))


def new_token() -> str:
    """Return a new status token."""
    return f"stt_{secrets.token_hex(32)}"
