"""Advances a connection attempt, in the worker: probes the shop, then opens it with its keys. Idempotent."""

from __future__ import annotations

from datetime import datetime, timedelta

from receiver.domain.connection_attempts import RETRIES, ConnectionOutcome
from receiver.domain.shop_identity import ClaimReason
from receiver.errors import ShopError
from receiver.services.connections.follow import follow_move
from receiver.services.connections.identity import claim_of
from receiver.services.connections.locate import Opened, open_shop
from receiver.services.connections.ports import Keys
from receiver.services.connections.probes import Probes
from receiver.services.connections.reconcile import UNFIT_KEYS, WITHIN, reconcile_quietly
from receiver.services.connections.register_store import Registration, register_store
from receiver.services.context import ServiceContext
from receiver.storage import connection_attempts
from receiver.storage.database import Database
from receiver.storage.tables import ConnectionAttempt
from wp_bridge.errors import StoreTrouble

LEASE = timedelta(minutes=3)  # longer than the calls of an attempt and of its first check may take


def due_attempts(database: Database, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return ids and shops of the attempts that can go on, the oldest first."""
    with database.reading() as session:
        return connection_attempts.due_attempts(session, now, limit)


def advance_attempt(context: ServiceContext, attempt_id: str, *, probes: Probes) -> None:
    """Take the next step of an attempt; does nothing where none is ours, or where another holds its lease."""
    with context.database.writing() as session:
        claimed = connection_attempts.claim_attempt(session, attempt_id, context.now(), LEASE)
    if claimed is None:
        return
    hurried = context.for_seconds(WITHIN)
    try:
        if claimed.rest_base is None:
            _probe(hurried, probes, claimed)
            return
        adopted = _adopt(hurried, claimed, claimed.rest_base)
    except ShopError as error:
        _trouble(context, claimed, error.trouble)
        return
    if adopted.outcome is ConnectionOutcome.CONNECTED and adopted.store_id is not None:
        checked = reconcile_quietly(context, adopted.store_id)
        if checked is not None and checked.has_ended:  # by keys of before the merchant disconnected
            _end(context.database, claimed.id, ConnectionOutcome.REFUSED, trouble=checked.trouble)
            return
    _end(context.database, claimed.id, adopted.outcome, adopted.store_id)


def _probe(context: ServiceContext, probes: Probes, claimed: ConnectionAttempt) -> None:
    """Probe the shop.

    Typed-in keys may be used over http, signed; the others never leave a shop without https.
    """
    by_hand, now = claimed.keys_encrypted is not None, context.now()
    shop, base = probes.find(context.shops, claimed.shop, now, http=by_hand)
    is_blocked = not by_hand and not probes.has_key_page(context.shops, base, now)
    with context.database.writing() as session:
        attempt = connection_attempts.get_attempt(session, claimed.id)
        if attempt is not None:
            attempt.shop, attempt.rest_base, attempt.lease_until = shop, base, None
            attempt.trouble = StoreTrouble.NO_KEY_PAGE if is_blocked else None


def _adopt(context: ServiceContext, claimed: ConnectionAttempt, rest_base: str) -> Registration:
    """Register the store, once its keys have opened the shop."""
    assert claimed.keys_encrypted is not None  # none is due without
    keys = Keys.of_text(context.cipher.decrypt(claimed.keys_encrypted))
    opened = open_shop(context.shops, keys, address=claimed.shop, rest_base=rest_base)
    _follow(context, opened)
    return register_store(context, opened=opened, keys=keys)


def _follow(context: ServiceContext, opened: Opened) -> None:
    """Let a store that really moved to this address be the one that is here."""
    with context.database.reading() as session:
        claim = claim_of(session, opened.reported)
    if claim is not None and claim.why is ClaimReason.COPY:
        follow_move(context, claim.store_id, to=opened.address)


def _trouble(context: ServiceContext, claimed: ConnectionAttempt, trouble: StoreTrouble) -> None:
    """A shop that could not be looked at, and wrong keys, end it; what may pass is tried again soon."""
    if claimed.rest_base is None or trouble in UNFIT_KEYS:
        _end(context.database, claimed.id, ConnectionOutcome.REFUSED, trouble=trouble)
        return
    with context.database.writing() as session:
        attempt = connection_attempts.get_attempt(session, claimed.id)
        if attempt is not None:
            attempt.trouble, attempt.lease_until = trouble, context.now() + RETRIES


def _end(
    database: Database,
    attempt_id: str,
    outcome: ConnectionOutcome,
    store_id: str | None = None,
    *,
    trouble: StoreTrouble | None = None,
) -> None:
    with database.writing() as session:
        attempt = connection_attempts.get_attempt(session, attempt_id)
        if attempt is not None:  # newer ones of its shop may have taken its place
            connection_attempts.end_attempt(attempt, outcome, store_id)
            attempt.trouble = trouble
