"""Tells a merchant what changed and when, from the decisions that are kept."""

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

READ_AT_ONCE = 100  # decisions, most of which say what the one before said


def merchant_history(
    database: Database, token: str, locale: Locale, *, before: int | None = None
) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of changes of a status token's store, the newest first, and where the next one begins.

    A page is of at most READ_AT_ONCE decisions, before the one with the number `before`. Raises NotFound.
    """
    with database.reading() as session:
        return _page(session, stores.store_of_token(session, token_hash(token)).id, locale, before)


def history_as_told(database: Database, store_id: str, locale: Locale) -> list[dict[str, Any]]:
    """Return the first page of what a store's merchant can read of it. Raises NotFound."""
    with database.reading() as session:
        return _page(session, stores.get_store(session, store_id).id, locale, None)[0]


def _page(
    session: Session, store_id: str, locale: Locale, before: int | None
) -> tuple[list[dict[str, Any]], int | None]:
    kept = decisions.page_of_decisions(session, store_id, before=before, limit=READ_AT_ONCE + 1).rows
    shown = kept[:READ_AT_ONCE]
    changes = [
        {"at": time_text(row.decided_at), **change}
        for row, earlier in zip_longest(shown, kept[1 : len(shown) + 1])
        for change in changes_for_merchant(answer_of(earlier) if earlier else None, answer_of(row), locale)
    ]
    return changes, shown[-1].id if len(kept) > len(shown) else None
