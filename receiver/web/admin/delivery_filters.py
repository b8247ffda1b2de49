"""Reads the filters of deliveries from an address or a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.domain.deliveries import DeliveryFilters
from receiver.errors import InputError
from receiver.web.admin.filters import start_of

NAMES = ("state", "source", "store", "topic", "delivery", "since", "until", "search", "cause", "failed_in")


def said_in(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that are set; an empty one is not."""
    return {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}


def read_filters(asked: dict[str, str]) -> DeliveryFilters:
    """Both dates are included, in the reader's zone. Raises InputError."""
    given: dict[str, Any] = dict(asked)
    if "since" in given:
        given["since"] = start_of(given["since"], "since")
    if "until" in given:
        given["until"] = start_of(given["until"], "until", days_later=1)
    if "failed_in" in given:
        given["failed_in"] = _number(given["failed_in"], "failed_in")
    return DeliveryFilters(**given)


def _number(text: str, path: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InputError("must be a number", path=path)
    return int(text)
