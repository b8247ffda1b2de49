"""Reads the filters of deliveries from an address or a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.domain.deliveries import DeliveryFilters
from receiver.web.admin.filters import start_of

NAMES = ("state", "source", "store", "topic", "delivery", "since", "until", "search")


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
    return DeliveryFilters(**given)
