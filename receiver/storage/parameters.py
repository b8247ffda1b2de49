"""Parameters of statements that are built once: building one costs more than running it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, bindparam


def values_of(name: str) -> BindParameter[Any]:
    """Return a parameter for an IN that takes a list of any length."""
    return bindparam(name, expanding=True)


STORE_IDS = values_of("store_ids")
ADVERTISER_IDS = values_of("advertiser_ids")
