"""Finds stores, deliveries and awards by one text, for the search box."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from receiver.errors import InputError
from receiver.services.validation import LONGEST_FILTER, check_filters
from receiver.storage import links, search, store_names
from receiver.storage.database import Database
from receiver.storage.store_names import NamedStore
from receiver.storage.tables import Award, Delivery, Link

MOST_HITS = 20  # of a kind


class HitKind(StrEnum):
    """The kind of thing that was found."""

    STORE = "store"
    DELIVERY = "delivery"
    AWARD = "award"


@dataclass(frozen=True)
class Hit:
    """A thing that a text leads to, and what tells it from its like."""

    kind: HitKind
    id: str
    title: str
    detail: str
    store_id: str | None
    store_name: str | None


@dataclass(frozen=True)
class SearchResult:
    """The hits of a search, stores first; `more` names the kinds of which the database has more.

    `senders_ids_among`: how many of the newest deliveries were looked at for their senders' ids.
    """

    hits: list[Hit]
    more: list[HitKind]
    senders_ids_among: int = search.SENDERS_IDS_AMONG


def search_everything(database: Database, text: str) -> SearchResult:
    """Find stores by name, address, ad account or id; deliveries by number or sender's id; awards by id or
    reference, never by a code.

    A kind before the rest, as in "delivery 7", finds only that kind. Raises InputError for a text that is
    empty or too long.
    """
    kinds, wanted = _read(text)
    with database.reading() as session:
        found = {kind: FINDERS[kind](session, wanted) for kind in kinds}
    hits = [hit for kind in kinds for hit in found[kind][:MOST_HITS]]
    return SearchResult(hits, [kind for kind in kinds if len(found[kind]) > MOST_HITS])


def _read(text: str) -> tuple[list[HitKind], str]:
    """Return the kinds to look for, and what to look for: "delivery 7" and "#7" are the delivery 7."""
    check_filters({"text": text})
    lead, _, rest = text.strip().replace("#", f"{HitKind.DELIVERY} ", 1).partition(" ")
    if lead.lower() in set(HitKind) and rest.strip():
        return [HitKind(lead.lower())], rest.strip()
    if not text.strip("# "):
        raise InputError(f"must be a text of 1 to {LONGEST_FILTER} characters", path="text")
    return list(HitKind), text.strip()


def _stores(session: Session, text: str) -> list[Hit]:
    found = store_names.find_stores(session, text, MOST_HITS + 1)
    linked = links.open_links(session, [store.id for store in found])
    return [_store(store, linked.get(store.id)) for store in found]


def _store(store: NamedStore, link: Link | None) -> Hit:
    detail = f"{store.url}, ad account {link.advertiser_id}" if link else store.url
    return Hit(HitKind.STORE, store.id, store.name, detail, store.id, store.name)


def _deliveries(session: Session, text: str) -> list[Hit]:
    found = search.find_deliveries(session, text, MOST_HITS + 1)
    names = store_names.names_of(session, (row.store_id for row in found))
    return [_delivery(row, names.get(row.store_id or "")) for row in found]


def _delivery(row: Delivery, name: str | None) -> Hit:
    sent_as = f", sent as {row.delivery_id}" if row.delivery_id else ""
    detail = f"{row.state}, {row.topic or 'without a topic'}{sent_as}"
    return Hit(HitKind.DELIVERY, str(row.id), f"Delivery {row.id}", detail, row.store_id, name)


def _awards(session: Session, text: str) -> list[Hit]:
    return [_award(award, name) for award, name in search.find_awards(session, text, MOST_HITS + 1)]


def _award(award: Award, name: str) -> Hit:
    reference = f", reference {award.reference}" if award.reference else ""
    detail = f"{award.state}{reference}"
    return Hit(HitKind.AWARD, award.id, f"Award of {name}", detail, award.store_id, name)


FINDERS: Mapping[HitKind, Callable[[Session, str], list[Hit]]] = {
    HitKind.STORE: _stores,
    HitKind.DELIVERY: _deliveries,
    HitKind.AWARD: _awards,
}
