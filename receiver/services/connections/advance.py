"""The worker's steps of a connection attempt: probe the shop, then open it with its keys. Idempotent."""

from __future__ import annotations

from datetime import timedelta

from receiver.domain.connection_attempts import RETRIES, ConnectionOutcome
from receiver.domain.shop_identity import ClaimReason
from receiver.errors import ShopError
from receiver.services.connections.follow import follow_move
from receiver.services.connections.identity import claim_of
from receiver.services.connections.locate import OpenedShop, open_shop
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


def due_attempts(context: ServiceContext, limit: int) -> list[tuple[str, str]]:
    """Return ids and shops of the attempts that can go on, the oldest first."""
    now = context.now()
    with context.database.reading() as session:
        return connection_attempts.due_attempts(session, now, limit)


def advance_attempt(context: ServiceContext, attempt_id: str, *, probes: Probes) -> None:
    """Take the next step of an attempt; do nothing without one, or while another worker holds its lease."""
    with context.database.writing() as session:
        attempt = connection_attempts.claim_attempt(session, attempt_id, context.now(), LEASE)
    if attempt is None:
        return
    limited = context.for_seconds(WITHIN)
    try:
        if attempt.rest_base is None:
            _probe(limited, probes, attempt)
            return
        registration = _register(limited, attempt, attempt.rest_base)
    except ShopError as error:
        _handle_trouble(context, attempt, error.trouble)
        return
    if registration.outcome is ConnectionOutcome.CONNECTED and registration.store_id is not None:
        check = reconcile_quietly(context, registration.store_id)
        if check is not None and check.has_ended:  # by keys of before the merchant disconnected
            _end(context.database, attempt.id, ConnectionOutcome.REFUSED, trouble=check.trouble)
            return
    _end(context.database, attempt.id, registration.outcome, registration.store_id)


def _probe(context: ServiceContext, probes: Probes, attempt: ConnectionAttempt) -> None:
    """Probe the shop.

    Typed-in keys may be used over http, signed; the others never leave a shop without https.
    """
    by_hand, now = attempt.keys_encrypted is not None, context.now()
    shop, base = probes.find(context.shops, attempt.shop, now, http=by_hand)
    is_blocked = not by_hand and not probes.has_key_page(context.shops, base, now)
    with context.database.writing() as session:
        row = connection_attempts.get_attempt(session, attempt.id)
        if row is not None:
            row.shop, row.rest_base, row.lease_until = shop, base, None
            row.trouble = StoreTrouble.NO_KEY_PAGE if is_blocked else None


def _register(context: ServiceContext, attempt: ConnectionAttempt, rest_base: str) -> Registration:
    """Register the store, once its keys have opened the shop."""
    assert attempt.keys_encrypted is not None  # none is due without
    keys = Keys.of_text(context.cipher.decrypt(attempt.keys_encrypted))
    opened = open_shop(context.shops, keys, address=attempt.shop, rest_base=rest_base)
    _follow_store(context, opened)
    return register_store(context, opened=opened, keys=keys)


def _follow_store(context: ServiceContext, opened: OpenedShop) -> None:
    """Move the store that the opened shop seems to be a copy of, if it really moved to this address."""
    with context.database.reading() as session:
        claim = claim_of(session, opened.reported)
    if claim is not None and claim.why is ClaimReason.COPY:
        follow_move(context, claim.store_id, to=opened.address)


def _handle_trouble(context: ServiceContext, attempt: ConnectionAttempt, trouble: StoreTrouble) -> None:
    """End the attempt for wrong keys or a shop that could not be probed; retry any other trouble soon."""
    if attempt.rest_base is None or trouble in UNFIT_KEYS:
        _end(context.database, attempt.id, ConnectionOutcome.REFUSED, trouble=trouble)
        return
    with context.database.writing() as session:
        row = connection_attempts.get_attempt(session, attempt.id)
        if row is not None:
            row.trouble, row.lease_until = trouble, context.now() + RETRIES


def _end(
    database: Database,
    attempt_id: str,
    outcome: ConnectionOutcome,
    store_id: str | None = None,
    *,
    trouble: StoreTrouble | None = None,
) -> None:
    """End the attempt with its outcome."""
    with database.writing() as session:
        attempt = connection_attempts.get_attempt(session, attempt_id)
        if attempt is not None:  # newer ones of its shop may have taken its place
            connection_attempts.end_attempt(attempt, outcome, store_id)
            attempt.trouble = trouble
