"""Reads the filters of deliveries from an address or a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.domain.deliveries import DeliveryFilters
from receiver.errors import InputError
from receiver.web.admin.periods import read_period

NAMES = ("state", "source", "store", "topic", "delivery", "since", "until", "search", "cause", "failed_in")


def filters_in(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that are set; an empty one is not."""
    return {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}


def read_filters(asked: dict[str, str]) -> DeliveryFilters:
    """Read the filters; times are in the reader's zone. Raises InputError."""
    given: dict[str, Any] = {**asked, **read_period(asked)}
    if "failed_in" in given:
        given["failed_in"] = _number(given["failed_in"], "failed_in")
    return DeliveryFilters(**given)


def _number(text: str, path: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InputError("must be a number", path=path)
    return int(text)
