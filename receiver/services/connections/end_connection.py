"""The end of a connection that, as its last check found, nobody at the shop wants any more."""

from __future__ import annotations

from receiver.documents.disconnect import REASONS
from receiver.domain.audit import Agent
from receiver.domain.store_checks import is_gone
from receiver.logs import get_logger
from receiver.services.context import ServiceContext
from receiver.services.stores.disconnect import disconnect_store
from receiver.storage import connections
from receiver.storage.tables import Connection
from wp_bridge.errors import StoreTrouble

PLUGIN_GONE = "our plugin was not on the store at checks a day apart"

log = get_logger(__name__)


def end_if_over(context: ServiceContext, store_id: str) -> bool:
    """Disconnect a store whose merchant ended the connection in the plugin, or deleted the plugin.

    Returns whether the connection is over. The worker then removes what we made at the store. Idempotent.
    """
    with context.database.reading() as session:
        connection = connections.find_connection(session, store_id)
        end = _reason_to_end(connection) if connection else None
    if end is None:
        return False
    reason, actor = end
    disconnect_store(context, store_id, reason=reason, actor=actor)
    log.info("connection ended", store_id=store_id, why=reason)
    return True


def _reason_to_end(connection: Connection) -> tuple[str, str] | None:
    """Return the reason and the actor; None while the connection stands."""
    if connection.trouble == StoreTrouble.DISCONNECTED:
        return REASONS["merchant"], Agent.MERCHANT
    if connection.trouble == StoreTrouble.NO_COMPANION and is_gone(
        connection.companion_gone_at, connection.checked_at
    ):
        return PLUGIN_GONE, Agent.CONNECTION
    return None
