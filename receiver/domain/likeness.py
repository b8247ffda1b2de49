"""Signs that two stores are one merchant's; staff say once whether they are."""

from __future__ import annotations

from enum import StrEnum


class Likeness(StrEnum):
    """A property that two stores of different merchants have in common."""

    HOST = "host"  # of their addresses, the very same: `a.shops.example` is not `b.shops.example`
    TIKTOK_USER = "tiktok_user"  # who gave both consents
    BUSINESS_CENTER = "business_center"
    ACCOUNT_NAME = "account_name"


def name_key(name: str | None) -> str | None:
    """An ad account's name without what tells no names apart: case and spaces. None where nothing is left."""
    return " ".join((name or "").casefold().split()) or None


def pair_of(item: str, other: str) -> tuple[str, str]:
    """Two stores' ids in the order in which an answer about them is kept."""
    return (item, other) if item < other else (other, item)
