"""The shape of an ad account's id: one definition for signals, staff, consents and TikTok's own notices."""

from __future__ import annotations

import re

ACCOUNT_ID = re.compile(r"[1-9][0-9]{4,29}", re.ASCII)
SHAPE = "must be TikTok's advertiser id: 5 to 30 digits, the first one not 0"
NO_ACCOUNT = re.compile(r"\s*0*\s*", re.ASCII)  # how a store writes "none": nothing, spaces or zeros


def account_id(value: object) -> str | None:
    """Return an ad account's id without spaces around it; None for any other value."""
    text = value.strip() if isinstance(value, str) else ""
    return text if ACCOUNT_ID.fullmatch(text) else None


def names_no_account(value: object) -> bool:
    """Return whether a store's value means that no account is linked."""
    return value is None or value == 0 or (isinstance(value, str) and bool(NO_ACCOUNT.fullmatch(value)))
