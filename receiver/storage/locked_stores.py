"""Stores locked by a transaction, with their links and applied signals: read for a whole batch in three
statements, kept up to date in memory, and written once the batch is applied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from receiver.domain.shop_identity import ClaimReason
from receiver.domain.shops import canonical
from receiver.domain.signals import SignalOrder
from receiver.errors import NotFound
from receiver.storage.address_claims import NewClaim, keep_claim
from receiver.storage.bulk import Values, are_any_of, insert_rows
from receiver.storage.connections import reschedule_check
from receiver.storage.links import drop_old_claims, forget_dating_signals
from receiver.storage.signal_state import Changes, LinkState, StoreState, add_links, lock_stores, read_links
from receiver.storage.signals import forget_signals
from receiver.storage.tables import Signal

SIGNALS = cast(Table, Signal.__table__)
SIGNAL = ("store_id", "install_id", "seq", "event", "at", "delivery_id")


class LockedStores:
    """Locked stores, their links and their signals; nobody else changes them before the transaction ends."""

    def __init__(
        self,
        session: Session,
        store_ids: Collection[str],
        *,
        orders: Collection[tuple[str, SignalOrder]] = (),
        accounts: Collection[str] = (),
    ) -> None:
        """Lock the stores in the order of their ids, so that two workers cannot deadlock.

        Deliveries still come in: a row that refers to a store does not wait.

        `orders`: the signals about to be applied, of which it is read whether they were applied before.
        `accounts`: the ad accounts they name; besides links to these only open ones are read.
        """
        self._session = session
        self._links: defaultdict[str, dict[str, LinkState]] = defaultdict(dict)
        self._new_links: list[LinkState] = []
        self._newly_applied: list[Values] = []
        stores = lock_stores(session, store_ids) if store_ids else []
        links = read_links(session, store_ids, accounts) if store_ids else []
        self._stores = {store.id: store for store in stores}
        for link in links:
            self._links[link.store_id][link.advertiser_id] = link
        self._changes = Changes(stores, links)
        self._applied = self._applied_of({_key(store_id, news) for store_id, news in orders})

    def _applied_of(self, keys: set[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
        if not keys:
            return set()
        key = (SIGNALS.c.store_id, SIGNALS.c.install_id, SIGNALS.c.seq)
        query = select(*key).where(are_any_of(key, keys))
        return {(store_id, install, seq) for store_id, install, seq in self._session.execute(query).all()}

    def store(self, store_id: str) -> StoreState:
        """Return the state of a locked store. Raises NotFound."""
        if store_id not in self._stores:
            raise NotFound(f"there is no store {store_id}")
        return self._stores[store_id]

    def is_applied(self, store_id: str, news: SignalOrder) -> bool:
        """Return whether the store's signal was applied before."""
        return _key(store_id, news) in self._applied

    def note_elsewhere(self, store_id: str, home_url: str, now: datetime) -> None:
        """Record, for staff, that a message signed with the store's secret names another home address.

        A new address makes the store due for a check, since it may have moved.
        """
        claim = NewClaim(
            store_id, canonical(home_url) or home_url, ClaimReason.ELSEWHERE, None, home_url, signed=True
        )
        if keep_claim(self._session, claim, now):
            reschedule_check(self._session, store_id, now)

    def keep_dates(self, store: StoreState) -> None:
        """Keep the dates of a store and its links: an earlier number is no longer an earlier time."""
        store.installed_news = store.set_up_news = None
        for link in self._links[store.id].values():
            link.linked_news = None
        forget_dating_signals(self._session, store.id)  # of the links that were not read

    def forget_applied(self, store_id: str, news: SignalOrder) -> None:
        """Forget the signals of an install applied from this number on: the install counts anew."""
        forget_signals(self._session, store_id, news.install_id, news.seq)
        _, install_id, first = _key(store_id, news)
        self._applied = {
            (store, install, seq)
            for store, install, seq in self._applied
            if (store, install) != (store_id, install_id) or seq < first
        }
        self._newly_applied = [
            row for row in self._newly_applied if row[:2] != (store_id, install_id) or row[2] < first
        ]

    def mark_applied(self, store_id: str, news: SignalOrder, event: str, delivery_id: int) -> None:
        """Mark the store's signal as applied. Idempotent."""
        if self.is_applied(store_id, news):
            return
        self._applied.add(_key(store_id, news))
        self._newly_applied.append((*_key(store_id, news), event, news.at, delivery_id))

    def link(self, store_id: str, advertiser_id: str) -> LinkState | None:
        """Return the link of a store to an ad account, None where none was read or added."""
        return self._links[store_id].get(advertiser_id)

    def add_link(self, store_id: str, advertiser_id: str, *, ended_at: datetime | None) -> LinkState:
        """Add a link of a store to an ad account, and return it; `write` inserts it."""
        link = LinkState(None, store_id, advertiser_id, ended_at)
        self._links[store_id][advertiser_id] = link
        self._new_links.append(link)
        return link

    def end_other_links(self, store_id: str, advertiser_id: str, at: datetime) -> None:
        """End the store's open links to other ad accounts: a store has one at a time."""
        for link in self._links[store_id].values():
            if link.advertiser_id != advertiser_id and link.ended_at is None:
                link.ended_at = at

    def write(self) -> None:
        """Write all changes, and delete each store's oldest claims beyond their bound."""
        self._changes.write(self._session)
        add_links(self._session, self._new_links)
        drop_old_claims(self._session, {link.store_id for link in self._new_links})
        insert_rows(self._session, SIGNALS, SIGNAL, self._newly_applied)


def _key(store_id: str, news: SignalOrder) -> tuple[str, str, int]:
    return store_id, news.install_id, news.seq
