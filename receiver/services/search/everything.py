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
    """The kinds of hits."""

    STORE = "store"
    DELIVERY = "delivery"
    AWARD = "award"


@dataclass(frozen=True)
class Hit:
    """A store, delivery or award that matches, with what distinguishes it."""

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
    """Search stores, deliveries and awards for a text.

    Stores match by name, address, ad account or id; deliveries by number or sender's id; awards by id or
    reference, never by a code. A kind before the rest, as in "delivery 7", finds only that kind. Raises
    InputError for a text that is empty or too long.
    """
    kinds, query = _parse(text)
    with database.reading() as session:
        hits_by_kind = {kind: FINDERS[kind](session, query) for kind in kinds}
    hits = [hit for kind in kinds for hit in hits_by_kind[kind][:MOST_HITS]]
    return SearchResult(hits, [kind for kind in kinds if len(hits_by_kind[kind]) > MOST_HITS])


def _parse(text: str) -> tuple[list[HitKind], str]:
    """Return the kinds to search, and the text to search for: "delivery 7" and "#7" mean delivery 7."""
    check_filters({"text": text})
    lead, _, rest = text.strip().replace("#", f"{HitKind.DELIVERY} ", 1).partition(" ")
    if lead.lower() in set(HitKind) and rest.strip():
        return [HitKind(lead.lower())], rest.strip()
    if not text.strip("# "):
        raise InputError(f"must be a text of 1 to {LONGEST_FILTER} characters", path="text")
    return list(HitKind), text.strip()


def _stores(session: Session, text: str) -> list[Hit]:
    rows = store_names.find_stores(session, text, MOST_HITS + 1)
    links_by_store = links.open_links(session, [store.id for store in rows])
    return [_store(store, links_by_store.get(store.id)) for store in rows]


def _store(store: NamedStore, link: Link | None) -> Hit:
    detail = f"{store.url}, ad account {link.advertiser_id}" if link else store.url
    return Hit(HitKind.STORE, store.id, store.name, detail, store.id, store.name)


def _deliveries(session: Session, text: str) -> list[Hit]:
    rows = search.find_deliveries(session, text, MOST_HITS + 1)
    names = store_names.names_of(session, (row.store_id for row in rows))
    return [_delivery(row, names.get(row.store_id or "")) for row in rows]


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
