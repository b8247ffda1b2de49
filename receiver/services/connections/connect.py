"""Connecting a store: its merchant approves keys at the shop, and comes back in the browser that asked.

The shop's post of the keys is unsigned and does not name the shop, and whoever began knows the address it
leads back to. So keys wait until the browser that began is back and no other came instead; then they must
open the very shop they were asked for. Only the worker calls the shop: pages write down what was asked, and
read how far it has come.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from receiver.domain.connection_attempts import FINISHES, LASTS, ConnectionOutcome, Step, step_of
from receiver.domain.shops import is_page_of
from receiver.errors import InputError, NotFound, Refused
from receiver.logs import get_logger
from receiver.services.connections.ports import Keys
from receiver.services.context import ServiceContext
from receiver.services.stores.details import validate_url
from receiver.storage import connection_attempts, links, stores
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database
from receiver.storage.tables import ConnectionAttempt
from wp_bridge.errors import StoreTrouble

APP_NAME = "TikTok ad credit"
READ_WRITE = "read_write"

log = get_logger(__name__)


@dataclass(frozen=True)
class ConnectionStatus:
    """The progress of a connection attempt: a step, an outcome with its store, or a trouble that may pass."""

    id: str
    shop: str
    step: Step | None
    outcome: ConnectionOutcome | None
    trouble: StoreTrouble | None
    store_id: str | None
    return_url: str | None
    has_consent: bool = False  # its advertiser lets us read the store's ad account already
    has_left: bool = False  # the store that it connected is disconnected by now


def begin(context: ServiceContext, *, shop: str, browser: str, return_url: str | None) -> str:
    """Begin to connect a shop, which the worker probes first; return the attempt's id.

    Raises InputError.
    """
    home = address_of(shop)
    _check_return(return_url, home)
    user_id = secrets.token_urlsafe(32)
    with context.database.writing() as session:
        attempt = _new(user_id, browser, home, return_url, context.now())
        attempt.user_id_encrypted = context.cipher.encrypt(user_id)
        connection_attempts.add_attempt(session, attempt)
        return attempt.id


def begin_by_hand(
    context: ServiceContext, *, shop: str, keys: Keys, browser: str, return_url: str | None
) -> str:
    """Begin with keys that the merchant typed in; return the attempt's id. Raises InputError.

    For shops that cannot hand over keys by themselves: who knows the keys may use them, over http signed.
    """
    home = address_of(shop)
    _check_return(return_url, home)
    for name, start, value in (
        ("consumer_key", "ck_", keys.consumer_key),
        ("consumer_secret", "cs_", keys.consumer_secret),
    ):
        if not re.fullmatch(f"{start}[0-9a-f]{{40}}", value):
            raise InputError(f"must be the one WooCommerce showed; it begins with {start}", path=name)
    now = context.now()
    with context.database.writing() as session:
        attempt = _new(secrets.token_urlsafe(32), browser, home, return_url, now)
        attempt.keys_encrypted, attempt.keys_at = context.cipher.encrypt(keys.as_text()), now
        attempt.returned_at, attempt.expires_at = now, now + FINISHES
        connection_attempts.add_attempt(session, attempt)
        return attempt.id


def _check_return(return_url: str | None, home: str) -> None:
    if return_url is not None and not is_page_of(return_url, home):
        raise InputError(f"must be a page of {home}", path="return_url")


def attempt_id_of(user_id: str) -> str:
    """Return the id of the attempt whose shop was given this user id."""
    return token_hash(user_id)


def address_of(shop: str) -> str:
    """Return the normalized address of the shop that a person named. Raises InputError."""
    return validate_url(shop, path="shop")


def key_page(context: ServiceContext, browser: str, attempt_id: str | None = None) -> str | None:
    """Return the URL of the shop's key page for the browser that began; None unless it must go there now."""
    with context.database.reading() as session:
        attempt = get_own_attempt(session, browser, attempt_id)
        is_there = (
            connection_status(attempt, context.now()).step is Step.AT_THE_SHOP and attempt.trouble is None
        )
        if not is_there or attempt.user_id_encrypted is None:
            return None
        user_id, base = context.cipher.decrypt(attempt.user_id_encrypted), attempt.rest_base
    public_url = context.settings.public_url
    query = {
        "app_name": APP_NAME,
        "scope": READ_WRITE,
        "user_id": user_id,
        "return_url": f"{public_url}/connect/back",
        "callback_url": f"{public_url}/connect/keys",
    }
    return f"{base}wc-auth/v1/authorize?{urlencode(query)}"


def receive_keys(context: ServiceContext, posted: Mapping[str, Any]) -> None:
    """Store the keys that a shop posts, unconfirmed.

    Raises InputError, NotFound and Refused: at any answer but 200 the shop deletes the keys.
    """
    user_id, keys = _read_keys(posted)
    now = context.now()
    with context.database.writing() as session:
        attempt = connection_attempts.get_attempt(session, token_hash(user_id))
        if attempt is None or attempt.outcome is not None or now >= attempt.expires_at:
            raise NotFound("nobody waits for these keys")
        if attempt.keys_encrypted is not None:
            raise Refused("keys came already")
        if posted.get("key_permissions") != READ_WRITE:
            raise InputError(f"must be {READ_WRITE}", path="key_permissions")
        attempt.keys_encrypted, attempt.keys_at = context.cipher.encrypt(keys.as_text()), now
        attempt.expires_at = max(attempt.expires_at, now + FINISHES)


def handle_return(context: ServiceContext, *, user_id: str, approved: bool, browser: str | None) -> bool:
    """Record that a browser is back from the shop; return whether it is the one that began.

    Any other browser ends the attempt, and its keys are forgotten.
    """
    now = context.now()
    with context.database.writing() as session:
        attempt = connection_attempts.get_attempt(session, token_hash(user_id))
        if attempt is None or attempt.outcome is not None:
            return attempt is not None and _is_of(attempt, browser)
        if not _is_of(attempt, browser):
            log.warning("keys approved in another browser than the one that asked", shop=attempt.shop)
            connection_attempts.end_attempt(attempt, ConnectionOutcome.FOREIGN)
            return False
        if not approved:
            connection_attempts.end_attempt(attempt, ConnectionOutcome.DENIED)
        elif attempt.returned_at is None:
            attempt.returned_at = now
        return True


def get_status(context: ServiceContext, browser: str, attempt_id: str | None = None) -> ConnectionStatus:
    """Return the status of an attempt of this browser, the newest unless named. Raises NotFound."""
    now = context.now()
    with context.database.reading() as session:
        status = connection_status(get_own_attempt(session, browser, attempt_id), now)
        if status.store_id is None:
            return status
        link, store = links.open_link(session, status.store_id), stores.get_store(session, status.store_id)
    has_consent = link is not None and link.token_encrypted is not None
    return replace(status, has_consent=has_consent, has_left=store.disconnected_at is not None)


def try_again(database: Database, browser: str, attempt_id: str | None = None) -> None:
    """Clear a passing trouble, so that the attempt goes on at once. Raises NotFound."""
    with database.writing() as session:
        attempt = connection_attempts.get_attempt(session, get_own_attempt(session, browser, attempt_id).id)
        if attempt is not None and attempt.outcome is None:
            attempt.trouble = attempt.lease_until = None


def _new(user_id: str, browser: str, shop: str, return_url: str | None, now: datetime) -> ConnectionAttempt:
    return ConnectionAttempt(
        id=token_hash(user_id),
        shop=shop,
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


def _is_of(attempt: ConnectionAttempt, browser: str | None) -> bool:
    return browser is not None and hmac.compare_digest(attempt.browser_hash, token_hash(browser))


def get_own_attempt(session: Session, browser: str, attempt_id: str | None) -> ConnectionAttempt:
    """Return an attempt of this browser, the newest unless named. Raises NotFound."""
    attempt = connection_attempts.attempt_of_browser(session, token_hash(browser), attempt_id)
    if attempt is None:
        raise NotFound("this browser has begun nothing here, or too long ago")
    return attempt


def connection_status(attempt: ConnectionAttempt, now: datetime) -> ConnectionStatus:
    """Return the status of an attempt as of `now`."""
    outcome = ConnectionOutcome(attempt.outcome) if attempt.outcome else None
    step = None if outcome else _step(attempt, now)
    trouble = StoreTrouble(attempt.trouble) if attempt.trouble else None
    return ConnectionStatus(
        attempt.id, attempt.shop, step, outcome, trouble, attempt.store_id, attempt.return_url
    )


def _step(attempt: ConnectionAttempt, now: datetime) -> Step:
    is_probed = attempt.rest_base is not None
    return step_of(now, attempt.expires_at, attempt.keys_at, attempt.returned_at, is_probed=is_probed)
