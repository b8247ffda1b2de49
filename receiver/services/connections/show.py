"""A store's connection, as staff see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from receiver.domain.limits import day_of
from receiver.services.context import ServiceContext
from receiver.storage import connections, deliveries, rejections, store_days, webhook_endpoints
from receiver.storage.database import Database

DAYS = 7
OVER = ("shortened", "merged", "passed_over")


@dataclass(frozen=True)
class StoreContact:
    """A store's last message, and its rejections of the last DAYS, by reason."""

    last_at: datetime | None
    rejections: Mapping[str, int]
    over: Mapping[str, int]  # today's deliveries over a bound, by which (OVER)


def last_contact(context: ServiceContext, store_id: str) -> StoreContact:
    """Return a store's last contact with us."""
    now = context.now()
    since = now.astimezone(UTC).date() - timedelta(days=DAYS)
    with context.database.reading() as session:
        counts = rejections.counts_since(session, store_id, since)
        day = store_days.day_of_store(session, store_id, day_of(now))
        over = {name: getattr(day, name) for name in OVER if day is not None and getattr(day, name)}
        return StoreContact(deliveries.last_of_store(session, store_id), counts, over)


def connection_document(database: Database, store_id: str) -> dict[str, Any]:
    """Return a store's connection, facts and webhooks, without its keys and token.

    Only `connected_at`, which is None, where nobody connected the store.
    """
    with database.reading() as session:
        connection = connections.find_connection(session, store_id)
        if connection is None:
            return {"connected_at": None}
        return {
            "connected_at": connection.connected_at,
            "checked_at": connection.checked_at,
            "next_check_at": connection.next_check_at,
            "trouble": connection.trouble,
            "look_asked_at": connection.check_requested_at,
            "rotation_asked": connection.rotation is not None,
            "plugin_has_token_since": connection.token_at,
            "plugin_missing_since": connection.companion_gone_at,
            "facts_read_at": connection.facts_at,
            **{f"shop_{name}": value for name, value in sorted((connection.facts or {}).items())},
            "webhooks": [
                {
                    "topic": endpoint.topic,
                    "webhook_id": endpoint.webhook_id,
                    "trouble": endpoint.trouble,
                    "checked_at": endpoint.checked_at,
                }
                for endpoint in webhook_endpoints.created_endpoints(session, store_id)
            ],
        }
