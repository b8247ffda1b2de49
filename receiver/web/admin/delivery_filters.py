"""The filters of deliveries, read from an address or a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.domain.deliveries import DeliveryFilters
from receiver.errors import InputError
from receiver.web.admin.periods import read_period

NAMES = ("state", "source", "store", "topic", "delivery", "since", "until", "search", "cause", "failed_in")


def filters_in(form: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that are set; an empty one is not."""
    return {name: form[name].strip() for name in NAMES if form.get(name, "").strip()}


def read_filters(query: dict[str, str]) -> DeliveryFilters:
    """Read the filters; times are in the reader's zone. Raises InputError."""
    filters: dict[str, Any] = {**query, **read_period(query)}
    if "failed_in" in filters:
        filters["failed_in"] = _number(filters["failed_in"], "failed_in")
    return DeliveryFilters(**filters)


def _number(text: str, path: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InputError("must be a number", path=path)
    return int(text)
