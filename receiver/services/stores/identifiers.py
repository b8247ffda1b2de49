"""Generates the ids of stores and endpoints, and the path of an endpoint."""

from __future__ import annotations

import secrets


def new_store_id() -> tuple[str, str]:
    """Return new ids for a store and for its merchant."""
    random = secrets.token_hex(20)
    return f"st_{random}", f"m_{random[:16]}"


def new_endpoint_id() -> str:
    """Return a new id for a webhook endpoint."""
    return f"hk_{secrets.token_hex(20)}"


def webhook_path(store_id: str) -> str:
    """Return the path to which a webhook made by hand delivers."""
    return f"/webhooks/woocommerce/{store_id}"
