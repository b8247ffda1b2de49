"""Signs that two stores belong to one merchant; staff answer once whether they do."""

from __future__ import annotations

from enum import StrEnum


class Likeness(StrEnum):
    """A property that two stores of different merchants have in common."""

    HOST = "host"  # of their addresses, the very same: `a.shops.example` is not `b.shops.example`
    TIKTOK_USER = "tiktok_user"  # who gave both consents
    BUSINESS_CENTER = "business_center"
    ACCOUNT_NAME = "account_name"


def name_key(name: str | None) -> str | None:
    """Normalize an ad account's name to compare it: case and spaces are ignored; None for an empty one."""
    return " ".join((name or "").casefold().split()) or None


def pair_of(item: str, other: str) -> tuple[str, str]:
    """Return two stores' ids in ascending order, the order in which an answer about them is stored."""
    return (item, other) if item < other else (other, item)
