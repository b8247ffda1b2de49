"""The address where a merchant wants notices sent, from its owner's consent until their refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.notices import MailState
from receiver.domain.shops import host_of
from receiver.errors import NotFound, ReceiverError, Refused
from receiver.services.context import ServiceContext
from receiver.storage import audit, notices, stores
from receiver.storage.cipher import Cipher, token_hash
from receiver.storage.codes import write_codes
from receiver.storage.tables import NoticeAddress, Store

DAY = timedelta(days=1)
ASKED_A_DAY = 5  # by a store, and for an address: each sends a message to somebody who may not want it


class LinkUse(StrEnum):
    """The use of a link in an e-mail."""

    CONFIRM = "confirm"
    STOP = "stop"


LASTS = {LinkUse.CONFIRM: timedelta(days=2), LinkUse.STOP: timedelta(days=60)}


@dataclass(frozen=True)
class MailLink:
    """A valid link of an e-mail: its use, its store, and the host its merchant knows the store by."""

    use: LinkUse
    store_id: str
    shop: str


def ask_for_mail(context: ServiceContext, token: str, email: str | None, language: str) -> MailState:
    """Store the address for the notices of a status token's store, or clear it with None; return the state.

    The worker then asks the address's owner, unless they have confirmed it. Raises NotFound, and Refused for
    too many requests a day.
    """
    now = context.now()
    with context.database.writing() as session:
        store = stores.store_of_token(session, token_hash(token))
        stores.lock_stores(session, [store.id])
        row = notices.address_of(session, store.id)
        if email is None:
            _clear_address(session, now, store, row)
        else:
            _store_address(session, context.cipher, now, store, row, email, language)
        session.flush()
        return notices.mail_state(session, store.id)


def read_link(context: ServiceContext, use: LinkUse, token: str) -> MailLink:
    """Return what the token of a link says. Raises NotFound for one that is not valid, or no longer."""
    with context.database.reading() as session:
        store, _ = _resolve_link(session, context.cipher, context.now(), use, token)
        return MailLink(use, store.id, shop_of(store))


def follow_link(context: ServiceContext, use: LinkUse, token: str) -> MailLink:
    """Confirm the address of a link, or forget it, as the link says. Idempotent.

    Raises NotFound as `read_link` does.
    """
    now = context.now()
    with context.database.writing() as session:
        store, row = _resolve_link(session, context.cipher, now, use, token)
        stores.lock_stores(session, [store.id])
        if use is LinkUse.STOP:
            _clear_address(session, now, store, row)
        elif row.confirmed_at is None:
            row.confirmed_at = row.due_at = now
            row.failures = 0
            audit.record(session, now, Agent.MERCHANT, AuditAction.NOTICES_CONFIRMED, store.id, {})
        return MailLink(use, store.id, shop_of(store))


def make_link(cipher: Cipher, now: datetime, use: LinkUse, row: NoticeAddress, public_url: str) -> str:
    """Return the URL of a page for the reader of an e-mail alone, valid for `LASTS`."""
    until = int((now + LASTS[use]).timestamp())
    claims = {"for": use.value, "store": row.store_id, "address": row.email_hash, "until": until}
    return f"{public_url}/connect/notices/{use}?token={cipher.encrypt(json.dumps(claims))}"


def shop_of(store: Store) -> str:
    """Return the host a merchant knows a store by; its name is its own words, not for strangers."""
    return host_of(store.url) or store.id


def _store_address(
    session: Session,
    cipher: Cipher,
    now: datetime,
    store: Store,
    row: NoticeAddress | None,
    email: str,
    language: str,
) -> None:
    hashed = write_codes(session, cipher, now).hash(email.lower())
    if row is not None and row.email_hash == hashed and row.confirmed_at is not None:
        row.language = language
        return
    if row is None:
        row = NoticeAddress(store_id=store.id, asked=0, asked_at=now, language=language, failures=0)
        session.add(row)
    if now - row.asked_at >= DAY:
        row.asked_at, row.asked = now, 0
    if row.asked >= ASKED_A_DAY or notices.count_requests(session, hashed, now - DAY) >= ASKED_A_DAY:
        raise Refused(f"an address can be asked for {ASKED_A_DAY} times a day; try again tomorrow")
    row.asked += 1
    row.email_encrypted, row.email_hash, row.language = cipher.encrypt(email), hashed, language
    row.confirmed_at, row.due_at, row.failures = None, now, 0
    audit.record(session, now, Agent.MERCHANT, AuditAction.NOTICES_ASKED_FOR, store.id, {})


def _clear_address(session: Session, now: datetime, store: Store, row: NoticeAddress | None) -> None:
    """Clear the address and what is personal with it; the row stays for the limit a day."""
    if row is None or row.email_encrypted is None:
        return
    row.email_encrypted = row.email_hash = row.confirmed_at = row.due_at = None
    audit.record(session, now, Agent.MERCHANT, AuditAction.NOTICES_STOPPED, store.id, {})


def _resolve_link(
    session: Session, cipher: Cipher, now: datetime, use: LinkUse, token: str
) -> tuple[Store, NoticeAddress]:
    """Return the store and the address row of a link. Raises NotFound for one that is not valid."""
    invalid = NotFound("this link does not count any more")
    try:
        claims = json.loads(cipher.decrypt(token))
        is_valid = claims["for"] == use and datetime.fromtimestamp(claims["until"], UTC) > now
        row = notices.address_of(session, claims["store"])
    except (ReceiverError, ValueError, KeyError, TypeError) as error:
        raise invalid from error
    if not is_valid or row is None or row.email_encrypted is None or row.email_hash != claims["address"]:
        raise invalid
    store = stores.get_store(session, row.store_id)
    if store.disconnected_at is not None and use is not LinkUse.STOP:
        raise invalid
    return store, row
