"""Takes a connect further, in the worker: looks at the shop, then opens it with its keys. Twice is once."""

from __future__ import annotations

from datetime import datetime, timedelta

from receiver.domain.connection_attempts import RETRIES, ConnectOutcome
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

LEASE = timedelta(minutes=3)  # longer than the calls of a connect and of its first check may take


def due_connects(database: Database, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Ids and shops of connects that can go on, the oldest first."""
    with database.reading() as session:
        return connection_attempts.due_connects(session, now, limit)


def advance_connect(context: ServiceContext, connect_id: str, *, probes: Probes) -> None:
    """Do what a connect waits for; nothing where it waits for none of us, or somebody else does it."""
    with context.database.writing() as session:
        claimed = connection_attempts.claim_connect(session, connect_id, context.now(), LEASE)
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
    if adopted.outcome is ConnectOutcome.CONNECTED and adopted.store_id is not None:
        checked = reconcile_quietly(context, adopted.store_id)
        if checked is not None and checked.has_ended:  # by keys of before the merchant disconnected
            _end(context.database, claimed.id, ConnectOutcome.REFUSED, trouble=checked.trouble)
            return
    _end(context.database, claimed.id, adopted.outcome, adopted.store_id)


def _probe(context: ServiceContext, probes: Probes, claimed: ConnectionAttempt) -> None:
    """Typed-in keys may be used over http, signed; the others never leave a shop without https."""
    by_hand, now = claimed.keys_encrypted is not None, context.now()
    shop, base = probes.find(context.shops, claimed.shop, now, http=by_hand)
    is_blocked = not by_hand and not probes.has_key_page(context.shops, base, now)
    with context.database.writing() as session:
        connect = connection_attempts.get_connect(session, claimed.id)
        if connect is not None:
            connect.shop, connect.rest_base, connect.lease_until = shop, base, None
            connect.trouble = StoreTrouble.NO_KEY_PAGE if is_blocked else None


def _adopt(context: ServiceContext, claimed: ConnectionAttempt, rest_base: str) -> Registration:
    """The proof is that these keys open that shop."""
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
        _end(context.database, claimed.id, ConnectOutcome.REFUSED, trouble=trouble)
        return
    with context.database.writing() as session:
        connect = connection_attempts.get_connect(session, claimed.id)
        if connect is not None:
            connect.trouble, connect.lease_until = trouble, context.now() + RETRIES


def _end(
    database: Database,
    connect_id: str,
    outcome: ConnectOutcome,
    store_id: str | None = None,
    *,
    trouble: StoreTrouble | None = None,
) -> None:
    with database.writing() as session:
        connect = connection_attempts.get_connect(session, connect_id)
        if connect is not None:  # newer ones of its shop may have taken its place
            connection_attempts.end_connect(connect, outcome, store_id)
            connect.trouble = trouble
