"""Stores that a transaction holds, with their links and what they told: read for a whole batch in four
statements, kept up to date in memory, written with the transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select, tuple_
from sqlalchemy.orm import Session

from receiver.domain.shop_identity import ClaimReason
from receiver.domain.shops import canonical
from receiver.domain.signals import SignalOrder
from receiver.errors import NotFound
from receiver.storage.address_claims import NewClaim, keep_claim
from receiver.storage.bridges import reschedule_check
from receiver.storage.links import drop_old_claims
from receiver.storage.signals import forget_signals
from receiver.storage.tables import Link, Signal, Store

SIGNALS = cast(Table, Signal.__table__)


class LockedStores:
    """Nobody else changes these stores before the transaction ends."""

    def __init__(
        self,
        session: Session,
        orders: Collection[tuple[str, SignalOrder]],
        named: Collection[tuple[str, str]] = (),
    ) -> None:
        """Hold the stores that told this news, in one order: two workers wait in one direction only.

        Their deliveries still come in: a row that refers to a store does not wait.

        `named`: each store with the ad accounts it told of. Beside their links only standing ones are read.
        """
        self._session = session
        self._stores: dict[str, Store] = {}
        self._links: defaultdict[str, dict[str, Link]] = defaultdict(dict)
        self._applied: set[tuple[str, str, int]] = set()
        self._with_new_links: set[str] = set()
        self._newly_applied: list[dict[str, Any]] = []
        if orders:
            self._read(
                {store_id for store_id, _ in orders}, {_key(store_id, news) for store_id, news in orders}
            )
            self._read_links({store_id for store_id, _ in orders}, named)

    def _read(self, ids: set[str], keys: set[tuple[str, str, int]]) -> None:
        held = select(Store).where(Store.id.in_(ids)).order_by(Store.id).with_for_update(key_share=True)
        fresh = {"populate_existing": True}
        self._stores = {store.id: store for store in self._session.scalars(held, execution_options=fresh)}
        key = tuple_(Signal.store_id, Signal.install_id, Signal.seq)
        known = select(Signal.store_id, Signal.install_id, Signal.seq).where(key.in_(keys))
        self._applied = {(store_id, install, seq) for store_id, install, seq in self._session.execute(known)}

    def _read_links(self, ids: set[str], named: Collection[tuple[str, str]]) -> None:
        standing = select(Link).where(Link.store_id.in_(ids), Link.ended_at.is_(None))
        named_links = select(Link).where(tuple_(Link.store_id, Link.advertiser_id).in_(named))
        for query in (standing, named_links) if named else (standing,):
            for link in self._session.scalars(query, execution_options={"populate_existing": True}):
                self._links[link.store_id][link.advertiser_id] = link

    def store(self, store_id: str) -> Store:
        """Raises NotFound."""
        if store_id not in self._stores:
            raise NotFound(f"there is no store {store_id}")
        return self._stores[store_id]

    def is_applied(self, store_id: str, news: SignalOrder) -> bool:
        return _key(store_id, news) in self._applied

    def note_elsewhere(self, store_id: str, home_url: str, now: datetime) -> None:
        """Hold, for staff, that a message signed with the store's secret names another address as home.

        Where that is new, the store is looked at next: it may have moved.
        """
        claim = NewClaim(
            store_id, canonical(home_url) or home_url, ClaimReason.ELSEWHERE, None, home_url, signed=True
        )
        if keep_claim(self._session, claim, now):
            reschedule_check(self._session, store_id, now)

    def forget_applied(self, store_id: str, news: SignalOrder) -> None:
        """Let an install count from this signal anew."""
        forget_signals(self._session, store_id, news.install_id, news.seq)
        _, install_id, first = _key(store_id, news)
        self._applied = {
            (store, install, seq)
            for store, install, seq in self._applied
            if (store, install) != (store_id, install_id) or seq < first
        }
        self._newly_applied = [
            row
            for row in self._newly_applied
            if (row["store_id"], row["install_id"]) != (store_id, install_id) or row["seq"] < first
        ]

    def mark_applied(self, store_id: str, news: SignalOrder, event: str, delivery_id: int) -> None:
        if self.is_applied(store_id, news):
            return
        self._applied.add(_key(store_id, news))
        row = {"store_id": store_id, "install_id": news.install_id, "seq": news.seq}
        self._newly_applied.append({**row, "event": event, "at": news.at, "delivery_id": delivery_id})

    def keep_applied(self) -> None:
        """Keep which signals were applied, once all of them are."""
        if self._newly_applied:
            self._session.execute(insert(SIGNALS), self._newly_applied)
            self._newly_applied = []

    def link(self, store_id: str, advertiser_id: str) -> Link | None:
        return self._links[store_id].get(advertiser_id)

    def add_link(self, store_id: str, advertiser_id: str, *, ended_at: datetime | None) -> Link:
        link = Link(store_id=store_id, advertiser_id=advertiser_id, ended_at=ended_at)
        self._links[store_id][advertiser_id] = link
        self._with_new_links.add(store_id)
        self._session.add(link)
        return link

    def drop_old_claims(self) -> None:
        """Keep the number of a store's claims within bounds, once all that was told is applied."""
        if self._with_new_links:
            self._session.flush()
        for store_id in sorted(self._with_new_links):
            drop_old_claims(self._session, store_id)

    def end_other_links(self, store_id: str, advertiser_id: str, at: datetime) -> None:
        """A store has one ad account at a time: what else stands ends."""
        for link in self._links[store_id].values():
            if link.advertiser_id != advertiser_id and link.ended_at is None:
                link.ended_at = at


def _key(store_id: str, news: SignalOrder) -> tuple[str, str, int]:
    return store_id, news.install_id, news.seq
