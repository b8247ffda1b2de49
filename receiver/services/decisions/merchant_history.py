"""Shows merchants what changed and when, from the stored decisions."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from babel import Locale
from sqlalchemy.orm import Session

from receiver.documents.merchant_history import changes_for_merchant
from receiver.documents.times import time_text
from receiver.services.decisions.history import answer_of
from receiver.storage import decisions, stores
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database

READ_AT_ONCE = 100  # decisions, most of which repeat the one before


def merchant_history(
    database: Database, token: str, locale: Locale, *, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of changes of a status token's store, the newest first, and the next page's `before`.

    A page holds at most READ_AT_ONCE decisions, from before the one with the id `before`. Raises NotFound.
    """
    with database.reading() as session:
        return _page(session, stores.store_of_token(session, token_hash(token)).id, locale, before)


def first_history_page(database: Database, store_id: str, locale: Locale) -> list[dict[str, Any]]:
    """Return the first page of the history that a store's merchant can read. Raises NotFound."""
    with database.reading() as session:
        return _page(session, stores.get_store(session, store_id).id, locale, None)[0]


def _page(
    session: Session, store_id: str, locale: Locale, before: int | None
) -> tuple[list[dict[str, Any]], int | None]:
    rows = decisions.page_of_decisions(session, store_id, before=before, limit=READ_AT_ONCE + 1).rows
    page = rows[:READ_AT_ONCE]
    changes = [
        {"at": time_text(row.decided_at), **change}
        for row, earlier in zip_longest(page, rows[1 : len(page) + 1])
        for change in changes_for_merchant(answer_of(earlier) if earlier else None, answer_of(row), locale)
    ]
    return changes, page[-1].id if len(rows) > len(page) else None
