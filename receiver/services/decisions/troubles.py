"""Observes a store's troubles beside its facts, and stores them for lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from receiver.domain.claims import is_skewed
from receiver.domain.decision import Decision
from receiver.domain.schedule import fresh_for, polling_state_of
from receiver.domain.shop_identity import ClaimReason
from receiver.domain.troubles import AddressChange, Observations, ReadingFault, troubles_of
from receiver.services.evaluation.records import StoreRecords
from receiver.storage import tables
from receiver.storage.connections import ConnectionTrouble
from receiver.storage.lost_signals import is_held
from receiver.storage.row_batch import RowBatch
from receiver.storage.store_troubles import replace_troubles
from wp_bridge.errors import StoreTrouble

LASTING = timedelta(hours=24)  # after which a trouble that may pass by itself is shown
PASSING = (StoreTrouble.UNREACHABLE, StoreTrouble.BUSY, StoreTrouble.MALFORMED)
FIRST_READING = timedelta(hours=3)  # a never read account is stale once it is overdue by so much


def observe(records: StoreRecords, decision: Decision, now: datetime) -> Observations:
    """Return the service's observations of a store at this moment."""
    store, account, claims = records.store, records.account, records.claims
    return Observations(
        discrepancies=tuple(sorted(store.discrepancies or ())),
        reading=ReadingFault(account.fault) if account and account.fault else None,
        is_stale=account is not None and _is_missed(account, decision, now),
        shop=_shop_trouble(records.shop, now) or _is_elsewhere(claims),
        is_held=is_held(store, records.lost_messages, records.troubles),
        other_address=next((claim.address for claim in claims if claim.why == ClaimReason.ELSEWHERE), None),
        webhooks=tuple(sorted(records.webhooks)),
        clock_skew=store.clock_skew if is_skewed(store.clock_skew) else None,
        fell_back=store.sequence_fell_at is not None,
        place_until=_place_until(records),
        has_left=store.disconnected_at is not None,
        address_change=_last_move(store),
        keys_left_at=store.keys_left_at,
    )


def keep_troubles(
    rows: RowBatch, records: StoreRecords, decision: Decision, observed: Observations
) -> dict[str, datetime]:
    """Store the troubles of a store as of a decision; return when each was first noticed, by id.

    The caller holds the store's row.
    """
    actors: dict[str, str] = {item.id: item.who.value for item in troubles_of(decision, observed)}
    replace_troubles(rows, records.store.id, decision.as_of, records.troubles, actors)
    return {trouble_id: records.troubles.get(trouble_id, decision.as_of) for trouble_id in actors}


def is_stale(account: tables.Account, decision: Decision, now: datetime) -> bool:
    """Return whether spend, or bills where they count, were never read or not for too long."""
    bills_count = decision.spend is not None and decision.spend.has_bills
    readings = (account.spend_read_at, account.bills_read_at) if bills_count else (account.spend_read_at,)
    limit = fresh_for(polling_state_of(decision), now)
    return any(at is None or now - at > limit for at in readings)


def _is_missed(account: tables.Account, decision: Decision, now: datetime) -> bool:
    """Return whether figures are stale, and not merely about to be read for the first time."""
    due_at = account.next_poll_at
    waits = account.spend_read_at is None and due_at is not None and now - due_at < FIRST_READING
    return not waits and is_stale(account, decision, now)


def _last_move(store: tables.Store) -> AddressChange | None:
    if store.moved_at is None or store.moved_from is None:
        return None
    return AddressChange(store.moved_at, store.moved_from, store.url)


def _place_until(records: StoreRecords) -> datetime | None:
    """Return until when the store's place is reserved; None once the advertiser's consent has secured it."""
    is_reserved = records.holds_place and not records.place_proven
    return records.store.reserved_until if is_reserved else None


def _is_elsewhere(claims: Sequence[tables.AddressClaim]) -> str | None:
    """Return the trouble of a store whose shop reports another home, so that its messages are held."""
    is_named = any(claim.why == ClaimReason.ELSEWHERE and claim.signed_at is None for claim in claims)
    return StoreTrouble.ELSEWHERE if is_named else None


def _shop_trouble(shop: ConnectionTrouble | None, now: datetime) -> str | None:
    """Return the connection trouble to show the merchant: a passing one only after it has lasted a day."""
    if shop is None:
        return None
    lasts = shop.checked_at is None or now - shop.checked_at > LASTING
    return shop.trouble if lasts or shop.trouble not in PASSING else None
