"""Reads the filters of deliveries from an address or a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.domain.deliveries import DeliveryFilters
from receiver.web.admin.periods import read_period

NAMES = ("state", "source", "store", "topic", "delivery", "since", "until", "search")


def said_in(given: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that are set; an empty one is not."""
    return {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}


def read_filters(asked: dict[str, str]) -> DeliveryFilters:
    """Read the filters; times are in the reader's zone. Raises InputError."""
    given: dict[str, Any] = {**asked, **read_period(asked)}
    return DeliveryFilters(**given)
