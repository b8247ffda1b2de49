"""Stores by what people call them: the names behind ids, and the stores that a text may mean."""

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
    """Return the stores' names by id, in one statement for a page; an unknown id is left out."""
    names: dict[str, str] = {}
    for ids in chunks_of(sorted({store_id for store_id in store_ids if store_id})):
        names |= dict(session.execute(select(Store.id, Store.name).where(Store.id.in_(ids))).all())
    return names


def is_store(session: Session, store_id: str) -> bool:
    """Return whether this is a store's id in full."""
    return session.scalar(select(Store.id).where(Store.id == store_id)) is not None


def find_stores(session: Session, text: str, limit: int) -> Sequence[NamedStore]:
    """Return at most `limit` stores that a text means, by name.

    An id, merchant, ad account or address in full leads to its stores alone; else part of one, or of a name.
    """
    exact = _named(session, known_by(text), limit)
    return exact or _named(session, _told_by(text), limit)


def known_by(text: str) -> Select[str]:
    """Return the ids of the stores whose id, merchant, ad account or address this is in full."""
    place = text.lower().removeprefix("https://").removeprefix("http://").strip("/")
    addresses = [f"{scheme}://{place}/" for scheme in ("https", "http")]
    stores = select(Store.id).where(or_(Store.id == text, Store.merchant == text, Store.url.in_(addresses)))
    linked = select(Link.store_id).where(Link.advertiser_id == text)
    return select(stores.union(linked).subquery().c.id)


def is_told_by(text: str) -> ColumnElement[bool]:
    """Return the condition of a store with this part of its name or address, or of an id of its own."""
    searched = [Store.name, Store.url]
    if ID_PART.fullmatch(text.lower()):
        searched += [Store.id, Store.merchant]
    return or_(*(column.icontains(text, autoescape=True) for column in searched))


def _told_by(text: str) -> Select[str]:
    own = select(Store.id).where(is_told_by(text))
    if not text.isdecimal() or len(text) < SHORTEST_ID_PART:
        return own
    linked = select(Link.store_id).where(Link.advertiser_id.contains(text, autoescape=True))
    return select(union(own, linked).subquery().c.id)


def _named(session: Session, ids: Select[str], limit: int) -> Sequence[NamedStore]:
    query = select(Store.id, Store.name, Store.url).where(Store.id.in_(ids))
    return session.execute(query.order_by(Store.name, Store.id).limit(limit)).all()
