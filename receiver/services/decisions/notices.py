"""Finds what a store's merchant is told without asking, and keeps it, so that each is told once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from receiver.domain.decision import Decision
from receiver.domain.notices import Notice, notices_of
from receiver.domain.troubles import Observations
from receiver.services.evaluation.records import StoreRecords
from receiver.storage import notices
from receiver.storage.row_batch import RowBatch


def keep_notices(
    rows: RowBatch,
    records: StoreRecords,
    decision: Decision,
    observed: Observations,
    since: Mapping[str, datetime],
) -> tuple[set[str], list[str]]:
    """Keep a store's notices as of a decision; return which are new, and which are forgotten.

    `since`: since when each of its troubles has been noticed, by id. The caller holds the store's row.
    """
    found = {item.id for item in notices_of(decision, since, observed)}
    return notices.replace_notices(rows, records.store.id, decision.as_of, records.notices, found)


def current_notices(
    records: StoreRecords, decision: Decision, observed: Observations
) -> list[tuple[Notice, datetime]]:
    """Return the notices that are true now, each with when it was first noticed."""
    found = notices_of(decision, records.troubles, observed)
    kept = records.notices
    return [(item, kept[item.id].noticed_at if item.id in kept else decision.as_of) for item in found]
