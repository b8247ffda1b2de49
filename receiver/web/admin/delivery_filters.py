"""The filters of deliveries, read from an address or a form."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.domain.deliveries import DeliveryFilters, DeliveryReason, DeliverySource, DeliveryState
from receiver.errors import InputError
from receiver.web.admin.filters import read_choice
from receiver.web.admin.periods import read_period

NAMES = ("state", "source", "store", "topic", "delivery", "since", "until", "search", "cause", "failed_in")


def filters_in(form: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that are set; an empty one is not."""
    return {name: form[name].strip() for name in NAMES if form.get(name, "").strip()}


def read_filters(query: dict[str, str]) -> DeliveryFilters:
    """Read the filters; times are in the reader's zone. Raises InputError."""
    period = read_period(query)
    return DeliveryFilters(
        state=read_choice(query, "state", DeliveryState),
        source=read_choice(query, "source", DeliverySource),
        store=query.get("store"),
        topic=query.get("topic"),
        since=period.get("since"),
        until=period.get("until"),
        search=query.get("search"),
        delivery=query.get("delivery"),
        cause=read_choice(query, "cause", DeliveryReason),
        failed_in=_number(query["failed_in"], "failed_in") if "failed_in" in query else None,
    )


def _number(text: str, path: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InputError("must be a number", path=path)
    return int(text)
