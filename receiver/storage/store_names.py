"""Names of stores by id, and searches of stores by a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Row, Select, or_, select, union
from sqlalchemy.orm import Session

from receiver.storage.chunks import chunks_of
from receiver.storage.tables import Link, Store

SHORTEST_ID_PART = 6  # characters; "cafe" is a shop's name far more often than part of an id
ID_PART = re.compile(rf"(?:st|m)_\w*|[0-9a-f]{{{SHORTEST_ID_PART},}}")

NamedStore = Row[str, str, str]  # id, name, url


def names_of(session: Session, store_ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of stores by id, in one statement for a page; an unknown id is left out."""
    names: dict[str, str] = {}
    for ids in chunks_of(sorted({store_id for store_id in store_ids if store_id})):
        names |= dict(session.execute(select(Store.id, Store.name).where(Store.id.in_(ids))).all())
    return names


def is_store(session: Session, store_id: str) -> bool:
    """Return whether this is the full id of a store."""
    return session.scalar(select(Store.id).where(Store.id == store_id)) is not None


def find_stores(session: Session, text: str, limit: int) -> Sequence[NamedStore]:
    """Return at most `limit` stores that a text matches, by name.

    A full id, merchant, ad account or address leads to its stores alone; else any part of an id or a name
    matches.
    """
    rows = _read_names(session, identified_by(text), limit)
    return rows or _read_names(session, _select_matches(text), limit)


def identified_by(text: str) -> Select[str]:
    """Select the ids of the stores whose full id, merchant, ad account or address this text is."""
    place = text.lower().removeprefix("https://").removeprefix("http://").strip("/")
    addresses = [f"{scheme}://{place}/" for scheme in ("https", "http")]
    stores = select(Store.id).where(or_(Store.id == text, Store.merchant == text, Store.url.in_(addresses)))
    linked = select(Link.store_id).where(Link.advertiser_id == text)
    return select(stores.union(linked).subquery().c.id)


def matches_text(text: str) -> ColumnElement[bool]:
    """Return the condition for stores with this text in their name, address or own ids."""
    searched = [Store.name, Store.url]
    if ID_PART.fullmatch(text.lower()):
        searched += [Store.id, Store.merchant]
    return or_(*(column.icontains(text, autoescape=True) for column in searched))


def _select_matches(text: str) -> Select[str]:
    own = select(Store.id).where(matches_text(text))
    if not text.isdecimal() or len(text) < SHORTEST_ID_PART:
        return own
    linked = select(Link.store_id).where(Link.advertiser_id.contains(text, autoescape=True))
    return select(union(own, linked).subquery().c.id)


def _read_names(session: Session, ids: Select[str], limit: int) -> Sequence[NamedStore]:
    query = select(Store.id, Store.name, Store.url).where(Store.id.in_(ids))
    return session.execute(query.order_by(Store.name, Store.id).limit(limit)).all()
