"""Derives the notices for a store's merchant and stores them, so that each is sent once."""

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
    """Store the notices of a store as of a decision; return the new ones and the forgotten ones, by id.

    `since`: when each of its troubles was first noticed, by id. The caller holds the store's row.
    """
    notice_ids = {item.id for item in notices_of(decision, since, observed)}
    return notices.replace_notices(rows, records.store.id, decision.as_of, records.notices, notice_ids)


def current_notices(
    records: StoreRecords, decision: Decision, observed: Observations
) -> list[tuple[Notice, datetime]]:
    """Return the notices that are true now, each with when it was first noticed."""
    current = notices_of(decision, records.troubles, observed)
    stored = records.notices
    return [(item, stored[item.id].noticed_at if item.id in stored else decision.as_of) for item in current]
