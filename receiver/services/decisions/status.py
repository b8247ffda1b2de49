"""Answers where a store stands: the decision as of now, how fresh its figures are, and the next check."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from receiver.documents.status import Status
from receiver.domain.claims import is_skewed
from receiver.domain.decision import Decision
from receiver.domain.schedule import fresh_for, polling_state_of
from receiver.errors import ShopTrouble
from receiver.services.awards.code import with_code
from receiver.services.evaluation.evaluate import evaluate
from receiver.services.programmes.places import holds_place
from receiver.storage import bridges, links, reviews, stores, tables
from receiver.storage.cipher import Cipher, token_hash
from receiver.storage.database import Database
from receiver.storage.figures import account_row
from receiver.storage.places import proven_since

LASTING = timedelta(hours=24)  # what passes by itself is told after so long
PASSING = (ShopTrouble.UNREACHABLE, ShopTrouble.BUSY, ShopTrouble.MALFORMED)


def status_of(database: Database, now: datetime, store_id: str) -> Status:
    """Raises NotFound."""
    with database.reading() as session:
        return _status(session, stores.get_store(session, store_id), now)


def status_for_merchant(database: Database, cipher: Cipher, now: datetime, token: str) -> Status:
    """As `status_for_token`, with the redeem code in clear: nobody but the store itself may read it."""
    with database.reading() as session:
        status = _status(session, stores.store_of_token(session, token_hash(token)), now)
        return replace(status, decision=with_code(session, cipher, status.decision))


def status_for_token(database: Database, now: datetime, token: str) -> Status:
    """The status of the store a status token belongs to. Raises NotFound for a token of no store."""
    with database.reading() as session:
        return _status(session, stores.store_of_token(session, token_hash(token)), now)


def _status(session: Session, store: tables.Store, now: datetime) -> Status:
    link = links.open_link(session, store.id)
    account = account_row(session, link)
    decision = evaluate(session, store, now)
    asked, hooks = reviews.newest_review(session, store.id), bridges.created_endpoints(session, store.id)
    return Status(
        decision=decision,
        store_name=store.name,
        stale=account is not None and _is_stale(account, decision, now),
        next_check=account.next_poll_at if account else None,  # null in a row of figures that are kept
        clock_skew=store.clock_skew if is_skewed(store.clock_skew) else None,
        review=reviews.review_state(asked) if asked else None,
        doubts=tuple(store.doubts or ()),
        shop_trouble=_shop_trouble(bridges.bridge_of(session, store.id), now),
        place_until=_place_until(session, store, now),
        webhook_troubles=tuple(sorted({hook.trouble for hook in hooks if hook.trouble})),
    )


def _place_until(session: Session, store: tables.Store, now: datetime) -> datetime | None:
    """Nothing to say of a place that the advertiser's consent has taken since."""
    if store.reserved_until is None or not holds_place(session, store, now):
        return None
    return store.reserved_until if not proven_since(session, [store]) else None


def _shop_trouble(bridge: tables.Bridge | None, now: datetime) -> str | None:
    """What the merchant should hear of: what passes by itself only once it has lasted a day."""
    if bridge is None or bridge.trouble is None:
        return None
    lasts = bridge.checked_at is None or now - bridge.checked_at > LASTING
    return bridge.trouble if lasts or bridge.trouble not in PASSING else None


def _is_stale(account: tables.Account, decision: Decision, now: datetime) -> bool:
    """Whether spend, or bills where they count, were never read or not when their turn was."""
    bills_count = decision.spend is not None and decision.spend.has_bills
    readings = (account.spend_read_at, account.bills_read_at) if bills_count else (account.spend_read_at,)
    limit = fresh_for(polling_state_of(decision), now)
    return any(at is None or now - at > limit for at in readings)
