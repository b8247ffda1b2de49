"""Parameters of the statements that are built once: to build one anew costs more than to run it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, bindparam


def values_of(name: str) -> BindParameter[Any]:
    """Return the parameter of an IN that takes a list, as long as each call gives it."""
    return bindparam(name, expanding=True)


STORE_IDS = values_of("store_ids")
ADVERTISER_IDS = values_of("advertiser_ids")
