"""Connects a store: its merchant approves keys at the shop, and comes back in the browser that asked.

The shop's post of the keys is unsigned and does not name the shop, and whoever began knows the address it
leads back to. So keys wait until the browser that began is back and no other came instead; then they must
open the very shop they were asked for.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import structlog

from receiver.domain.connects import LASTS, Outcome, Step, step_of
from receiver.domain.shop_identity import Why
from receiver.domain.shops import is_page_of, shop_address
from receiver.errors import InputError, NotFound, Refused, ShopError, ShopTrouble
from receiver.services.bridge.adopt import Adopted, adopt
from receiver.services.bridge.check import check_store
from receiver.services.bridge.follow import follow_redirect
from receiver.services.bridge.identity import claim_of
from receiver.services.bridge.locate import Opened, open_shop
from receiver.services.bridge.shops import Keys, Shops
from receiver.storage import connects
from receiver.storage.database import Database
from receiver.storage.seal import Seal, token_hash
from receiver.storage.tables import Connect

APP_NAME = "TikTok ad credit"
READ_WRITE = "read_write"
LEASE = timedelta(minutes=3)  # longer than all the calls of a connect together

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Standing:
    """How far a connect is: a step, or an outcome and its store, or a trouble that may pass."""

    shop: str
    step: Step | None
    outcome: Outcome | None
    trouble: ShopTrouble | None
    store_id: str | None
    return_url: str | None


def begin(
    database: Database,
    shops: Shops,
    now: datetime,
    *,
    shop: str,
    browser: str,
    return_url: str | None,
    public_url: str,
) -> str:
    """Probe the shop: the address of its key page, for this browser. Raises InputError and ShopError."""
    home = address_of(shop)
    if return_url is not None and not is_page_of(return_url, home):
        raise InputError(f"must be a page of {home}", path="return_url")
    base = shops.probe(home)
    user_id = secrets.token_urlsafe(32)
    with database.writing() as session:
        connects.add_connect(session, _new(user_id, browser, home, base, return_url, now))
    asked = {
        "app_name": APP_NAME,
        "scope": READ_WRITE,
        "user_id": user_id,
        "return_url": f"{public_url}/connect/back",
        "callback_url": f"{public_url}/connect/keys",
    }
    return f"{base}wc-auth/v1/authorize?{urlencode(asked)}"


def begin_by_hand(
    database: Database,
    seal: Seal,
    shops: Shops,
    now: datetime,
    *,
    shop: str,
    keys: Keys,
    browser: str,
    return_url: str | None,
) -> None:
    """A connect whose keys the merchant typed in. Raises InputError and ShopError.

    For shops that cannot hand over keys by themselves: who knows the keys may use them, over http signed.
    """
    home = address_of(shop)
    for name, start, value in (
        ("consumer_key", "ck_", keys.consumer_key),
        ("consumer_secret", "cs_", keys.consumer_secret),
    ):
        if not re.fullmatch(f"{start}[0-9a-f]{{40}}", value):
            raise InputError(f"must be the one WooCommerce showed; it begins with {start}", path=name)
    base = shops.probe(home, http=True)
    with database.writing() as session:
        connect = _new(secrets.token_urlsafe(32), browser, home, base, return_url, now)
        connect.keys_sealed, connect.keys_at = seal.close(keys.as_text()), now
        connect.returned_at = now
        connects.add_connect(session, connect)


def address_of(shop: str) -> str:
    """As people write it, the scheme left out. Raises InputError."""
    text = shop.strip()
    try:
        return shop_address(text if "://" in text else f"https://{text}")
    except ValueError as error:
        raise InputError(str(error), path="shop") from error


def take_keys(database: Database, seal: Seal, now: datetime, posted: Mapping[str, Any]) -> None:
    """Keep the keys a shop posts, unconfirmed.

    Raises InputError, NotFound and Refused: at any answer but 200 the shop deletes the keys.
    """
    user_id, keys = _read_keys(posted)
    with database.writing() as session:
        connect = connects.known_connect(session, token_hash(user_id))
        if connect is None or connect.outcome is not None or now >= connect.expires_at:
            raise NotFound("nobody waits for these keys")
        if connect.keys_sealed is not None:
            raise Refused("keys came already")
        if posted.get("key_permissions") != READ_WRITE:
            raise InputError(f"must be {READ_WRITE}", path="key_permissions")
        connect.keys_sealed, connect.keys_at = seal.close(keys.as_text()), now


def came_back(
    database: Database, now: datetime, *, user_id: str, approved: bool, browser: str | None
) -> bool:
    """Whether the browser that is back is the one that began; any other takes the keys with it."""
    with database.writing() as session:
        connect = connects.known_connect(session, token_hash(user_id))
        if connect is None or connect.outcome is not None:
            return connect is not None and _is_of(connect, browser)
        if not _is_of(connect, browser):
            log.warning("keys approved in another browser than the one that asked", shop=connect.shop)
            connects.end_connect(connect, Outcome.FOREIGN)
            return False
        if not approved:
            connects.end_connect(connect, Outcome.DENIED)
        elif connect.returned_at is None:
            connect.returned_at = now
        return True


def standing(database: Database, now: datetime, browser: str) -> Standing:
    """How far this browser's connect is. Raises NotFound."""
    with database.reading() as session:
        return _standing(_of_browser(session, browser), now)


def finish(
    database: Database,
    seal: Seal,
    shops: Shops,
    now: datetime,
    browser: str,
    *,
    programme: str,
    public_url: str,
) -> Standing:
    """Do what is left of this browser's connect, once it may be done. Twice is once. Raises NotFound."""
    with database.writing() as session:
        begun = _of_browser(session, browser)
        before = _standing(begun, now)
        ready = before.step is Step.READY
        claimed = connects.claim_connect(session, begun.id, now, LEASE) if ready else None
    if claimed is None or claimed.keys_sealed is None:
        return before
    keys = Keys.of_text(seal.open(claimed.keys_sealed))
    try:  # the proof: these keys open that shop
        opened = open_shop(shops, keys, address=claimed.shop, rest_base=claimed.rest_base)
    except ShopError as error:
        return _troubled(database, now, claimed.id, error.trouble)
    _follow(database, seal, shops, now, opened)
    adopted = adopt(database, seal, now, opened=opened, keys=keys, programme=programme)
    if adopted.outcome is Outcome.CONNECTED and adopted.store_id is not None:
        check_store(database, seal, shops, now, adopted.store_id, public_url=public_url)
    return _ended(database, now, claimed.id, adopted)


def _follow(database: Database, seal: Seal, shops: Shops, now: datetime, opened: Opened) -> None:
    """Let a store that really moved to this address be the one that is here."""
    with database.reading() as session:
        claim = claim_of(session, opened.reported)
    if claim is not None and claim.why is Why.COPY:
        follow_redirect(database, seal, shops, now, claim.store_id, to=opened.address)


def _new(
    user_id: str, browser: str, shop: str, rest_base: str, return_url: str | None, now: datetime
) -> Connect:
    return Connect(
        id=token_hash(user_id),
        shop=shop,
        rest_base=rest_base,
        browser_hash=token_hash(browser),
        return_url=return_url,
        created_at=now,
        expires_at=now + LASTS,
    )


def _read_keys(posted: Mapping[str, Any]) -> tuple[str, Keys]:
    values = {}
    for name in ("user_id", "consumer_key", "consumer_secret"):
        value = posted.get(name)
        if not isinstance(value, str) or not value or not value.isascii() or len(value) > 200:
            raise InputError("must be a text", path=name)
        values[name] = value
    return values["user_id"], Keys(values["consumer_key"], values["consumer_secret"])


def _is_of(connect: Connect, browser: str | None) -> bool:
    return browser is not None and hmac.compare_digest(connect.browser_hash, token_hash(browser))


def _of_browser(session: Any, browser: str) -> Connect:
    found = connects.connect_of_browser(session, token_hash(browser))
    if found is None:
        raise NotFound("this browser has begun nothing here, or too long ago")
    return found


def _standing(connect: Connect, now: datetime) -> Standing:
    ended = Outcome(connect.outcome) if connect.outcome else None
    step = None if ended else step_of(now, connect.expires_at, connect.keys_at, connect.returned_at)
    trouble = ShopTrouble(connect.trouble) if connect.trouble else None
    return Standing(connect.shop, step, ended, trouble, connect.store_id, connect.return_url)


def _troubled(database: Database, now: datetime, connect_id: str, trouble: ShopTrouble) -> Standing:
    """Wrong keys end it; what may pass is told, and tried again when the page is."""
    with database.writing() as session:
        connect = connects.known_connect(session, connect_id)
        assert connect is not None
        if trouble in (ShopTrouble.KEYS_REFUSED, ShopTrouble.KEYS_TOO_WEAK):
            connects.end_connect(connect, Outcome.REFUSED)
        connect.trouble, connect.lease_until = trouble, None
        return _standing(connect, now)


def _ended(database: Database, now: datetime, connect_id: str, adopted: Adopted) -> Standing:
    with database.writing() as session:
        connect = connects.known_connect(session, connect_id)
        assert connect is not None
        connects.end_connect(connect, adopted.outcome, adopted.store_id)
        return _standing(connect, now)
