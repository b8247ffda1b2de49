"""Takes a connect further, in the worker: looks at the shop, then opens it with its keys. Twice is once."""

from __future__ import annotations

from datetime import datetime, timedelta

from receiver.domain.connection_attempts import RETRIES, ConnectOutcome
from receiver.domain.shop_identity import ClaimReason
from receiver.errors import ShopError, ShopTrouble
from receiver.services.connections.follow import follow_move
from receiver.services.connections.identity import claim_of
from receiver.services.connections.locate import Opened, open_shop
from receiver.services.connections.ports import Keys, Shops
from receiver.services.connections.probes import Probes
from receiver.services.connections.reconcile import WITHIN, reconcile_quietly
from receiver.services.connections.register_store import Registration, register_store
from receiver.storage import connection_attempts
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.tables import ConnectionAttempt

LEASE = timedelta(minutes=3)  # longer than the calls of a connect and of its first check may take
LASTING = (ShopTrouble.KEYS_REFUSED, ShopTrouble.KEYS_TOO_WEAK)


def due_connects(database: Database, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Ids and shops of connects that can go on, the oldest first."""
    with database.reading() as session:
        return connection_attempts.due_connects(session, now, limit)


def advance_connect(
    database: Database,
    cipher: Cipher,
    shops: Shops,
    now: datetime,
    connect_id: str,
    *,
    probes: Probes,
    programme: str,
    public_url: str,
) -> None:
    """Do what a connect waits for; nothing where it waits for none of us, or somebody else does it."""
    with database.writing() as session:
        claimed = connection_attempts.claim_connect(session, connect_id, now, LEASE)
    if claimed is None:
        return
    hurried = shops.for_seconds(WITHIN)
    try:
        if claimed.rest_base is None:
            _probe(database, probes, hurried, now, claimed)
            return
        adopted = _adopt(database, cipher, hurried, now, claimed, claimed.rest_base, programme)
    except ShopError as error:
        _trouble(database, now, claimed, error.trouble)
        return
    if adopted.outcome is ConnectOutcome.CONNECTED and adopted.store_id is not None:
        checked = reconcile_quietly(database, cipher, shops, now, adopted.store_id, public_url=public_url)
        if checked is not None and checked.has_ended:  # by keys of before the merchant disconnected
            _end(database, claimed.id, ConnectOutcome.REFUSED, trouble=checked.trouble)
            return
    _end(database, claimed.id, adopted.outcome, adopted.store_id)


def _probe(
    database: Database, probes: Probes, shops: Shops, now: datetime, claimed: ConnectionAttempt
) -> None:
    """Typed-in keys may be used over http, signed; the others never leave a shop without https."""
    by_hand = claimed.keys_sealed is not None
    shop, base = probes.find(shops, claimed.shop, now, http=by_hand)
    is_blocked = not by_hand and not probes.has_key_page(shops, base, now)
    with database.writing() as session:
        connect = connection_attempts.get_connect(session, claimed.id)
        if connect is not None:
            connect.shop, connect.rest_base, connect.lease_until = shop, base, None
            connect.trouble = ShopTrouble.NO_KEY_PAGE if is_blocked else None


def _adopt(
    database: Database,
    cipher: Cipher,
    shops: Shops,
    now: datetime,
    claimed: ConnectionAttempt,
    rest_base: str,
    programme: str,
) -> Registration:
    """The proof is that these keys open that shop."""
    assert claimed.keys_sealed is not None  # none is due without
    keys = Keys.of_text(cipher.decrypt(claimed.keys_sealed))
    opened = open_shop(shops, keys, address=claimed.shop, rest_base=rest_base)
    _follow(database, cipher, shops, now, opened)
    return register_store(database, cipher, now, opened=opened, keys=keys, programme=programme)


def _follow(database: Database, cipher: Cipher, shops: Shops, now: datetime, opened: Opened) -> None:
    """Let a store that really moved to this address be the one that is here."""
    with database.reading() as session:
        claim = claim_of(session, opened.reported)
    if claim is not None and claim.why is ClaimReason.COPY:
        follow_move(database, cipher, shops, now, claim.store_id, to=opened.address)


def _trouble(database: Database, now: datetime, claimed: ConnectionAttempt, trouble: ShopTrouble) -> None:
    """A shop that could not be looked at, and wrong keys, end it; what may pass is tried again soon."""
    if claimed.rest_base is None or trouble in LASTING:
        _end(database, claimed.id, ConnectOutcome.REFUSED, trouble=trouble)
        return
    with database.writing() as session:
        connect = connection_attempts.get_connect(session, claimed.id)
        if connect is not None:
            connect.trouble, connect.lease_until = trouble, now + RETRIES


def _end(
    database: Database,
    connect_id: str,
    outcome: ConnectOutcome,
    store_id: str | None = None,
    *,
    trouble: ShopTrouble | None = None,
) -> None:
    with database.writing() as session:
        connect = connection_attempts.get_connect(session, connect_id)
        if connect is not None:  # newer ones of its shop may have taken its place
            connection_attempts.end_connect(connect, outcome, store_id)
            connect.trouble = trouble
