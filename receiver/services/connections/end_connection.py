"""Ends a connection that nobody at the shop wants any more, as its last check found."""

from __future__ import annotations

from datetime import datetime

from receiver.documents.disconnect import REASONS
from receiver.domain.audit import Agent
from receiver.domain.store_checks import is_gone
from receiver.logs import get_logger
from receiver.services.stores.disconnect import disconnect_store
from receiver.storage import connections
from receiver.storage.database import Database
from receiver.storage.tables import Connection
from wp_bridge.errors import StoreTrouble

PLUGIN_GONE = "our plugin was not on the store at checks a day apart"

log = get_logger(__name__)


def end_if_over(database: Database, now: datetime, store_id: str) -> bool:
    """Disconnect the store where its merchant ended the connection in the plugin, or deleted the plugin.

    Returns whether it is over. The worker then removes what we made at the store. Idempotent.
    """
    with database.reading() as session:
        connection = connections.find_connection(session, store_id)
        why = _why_over(connection) if connection else None
    if why is None:
        return False
    reason, actor = why
    disconnect_store(database, now, store_id, reason=reason, actor=actor)
    log.info("connection ended", store_id=store_id, why=reason)
    return True


def _why_over(connection: Connection) -> tuple[str, str] | None:
    """Return the reason and the actor; None while the connection stands."""
    if connection.trouble == StoreTrouble.DISCONNECTED:
        return REASONS["merchant"], Agent.MERCHANT
    if connection.trouble == StoreTrouble.NO_COMPANION and is_gone(
        connection.companion_gone_at, connection.checked_at
    ):
        return PLUGIN_GONE, Agent.CONNECTION
    return None
