"""Finds what a store's merchant is told without asking, and keeps it, so that each is told once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.decision import Decision
from receiver.domain.notices import Notice, notices_of
from receiver.domain.troubles import Observations
from receiver.services.evaluation.records import StoreRecords
from receiver.storage import notices


def keep_notices(
    session: Session,
    records: StoreRecords,
    decision: Decision,
    observed: Observations,
    since: Mapping[str, datetime],
) -> None:
    """Keep a store's notices as of a decision, and have new ones sent. The caller holds the store's row.

    `since`: since when each of its troubles has been noticed, by id.
    """
    store_id, now = records.store.id, decision.as_of
    found = {item.id for item in notices_of(decision, since, observed)}
    if notices.replace_notices(session, store_id, now, records.notices, found):
        notices.look_at(session, store_id, now)


def current_notices(
    records: StoreRecords, decision: Decision, observed: Observations
) -> list[tuple[Notice, datetime]]:
    """Return the notices that are true now, each with when it was first noticed."""
    found = notices_of(decision, records.troubles, observed)
    kept = records.notices
    return [(item, kept[item.id].noticed_at if item.id in kept else decision.as_of) for item in found]
