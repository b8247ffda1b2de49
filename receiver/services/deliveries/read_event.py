"""Reads the event that a kept delivery carries, as its sender writes them."""

from __future__ import annotations

from typing import Any

from receiver.errors import InputError
from receiver.integrations.providers import PROVIDERS
from receiver.storage.inbox import HeldDelivery


def read_event(delivery: HeldDelivery) -> Any:
    """Return what the sender's `read_event` makes of the body. Raises InputError with a path."""
    if delivery.body is None:
        raise InputError("was dropped", path="body")
    return PROVIDERS[delivery.source].read_event(delivery.topic or "", delivery.body)
