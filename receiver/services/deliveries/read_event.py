"""Reads the event in a stored delivery, by the rules of its sender."""

from __future__ import annotations

from typing import Any

from receiver.errors import InputError
from receiver.integrations.providers import PROVIDERS
from receiver.storage.delivery_queue import DeliveryContent


def read_event(delivery: DeliveryContent) -> Any:
    """Return the event in a delivery's body, as its provider reads it. Raises InputError with a path."""
    if delivery.body is None:
        raise InputError("was dropped", path="body")
    return PROVIDERS[delivery.source].read_event(delivery.topic or "", delivery.body)
