"""Attempts whose keys came while their browser did not come back: the merchant approved and closed the tab.

The browser that began may go on where it was, for as long as the attempt lasts. Nothing else may: that the
keys came proves that an admin of the shop approved, not that this admin began (docs/decisions/0010).
"""

from __future__ import annotations

from receiver.domain.shops import same_shop
from receiver.services.connections.connect import (
    ConnectionStatus,
    address_of,
    connection_status,
    get_own_attempt,
)
from receiver.services.context import ServiceContext
from receiver.storage import connection_attempts
from receiver.storage.cipher import token_hash


def resume(context: ServiceContext, *, browser: str, attempt_id: str | None = None) -> None:
    """Record a look of the browser that began as its return, once keys have come. Raises NotFound.

    It proves what the shop's own redirect proves, and no more.
    """
    now = context.now()
    with context.database.reading() as session:
        attempt = get_own_attempt(session, browser, attempt_id)
    if not connection_attempts.waits_for_browser(attempt, now):
        return
    with context.database.writing() as session:
        fresh = connection_attempts.get_attempt(session, attempt.id)
        if fresh is not None and connection_attempts.waits_for_browser(fresh, now):
            fresh.returned_at = now


def find_unfinished(
    context: ServiceContext, *, browser: str, shop: str | None = None
) -> ConnectionStatus | None:
    """Return the newest attempt of this browser that has keys and no outcome, of one shop if named.

    None where there is none. Raises InputError.
    """
    now = context.now()
    home = None if shop is None else address_of(shop)
    with context.database.reading() as session:
        attempts = connection_attempts.waiting_of_browser(session, token_hash(browser), now)
        attempt = next((row for row in attempts if home is None or same_shop(row.shop, home)), None)
        return connection_status(attempt, now) if attempt else None


def drop_unused_keys(context: ServiceContext) -> int:
    """Delete the keys of attempts whose time is over; return their number. Idempotent."""
    now = context.now()
    with context.database.writing() as session:
        return connection_attempts.drop_unused_keys(session, now)
