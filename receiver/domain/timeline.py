"""The kinds of entries of the timeline, their order, and its filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TimelineKind(StrEnum):
    """A kind of entry; at the same moment, earlier kinds come first in a newest-first list."""

    DELIVERY = "delivery"  # as it was received, with its present state
    DECISION = "decision"  # that changed a store's stage
    POLL = "poll"  # of an ad account at TikTok
    ACT = "act"  # of staff, a merchant or the service: an entry of the audit log
    HOUR = "hour"  # what was only counted in an hour that began then

    @property
    def rank(self) -> int:
        return list(TimelineKind).index(self)


# What is only counted is not counted by store.
OF_A_STORE = tuple(kind for kind in TimelineKind if kind is not TimelineKind.HOUR)


@dataclass(frozen=True)
class TimelineFilters:
    """Filters of the timeline; None does not filter."""

    since: datetime | None = None
    until: datetime | None = None  # the moment itself not included
    store: str | None = None  # an id, or part of a name, address or id
    kind: TimelineKind | None = None
