"""Filters of the list of stores: stage, country, condition, or part of a name, address or id."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from receiver.domain.decision import Stage
from receiver.domain.troubles import TroubleId

SCANNED_STORES = 5_000  # that one page looks at, where each row has to be


class NoStage(StrEnum):
    """The filter for stores without a stage: nothing was decided about them yet."""

    UNDECIDED = "not decided yet"


class StoreCondition(StrEnum):
    """A condition of a store, independent of its stage."""

    CONNECTED = "connected"  # we hold its keys
    IN_TROUBLE = "in_trouble"  # the last look at it did not come through
    WEBHOOKS_OFF = "webhooks_off"
    CONSENT_LOST = "consent_lost"
    FIGURES_STALE = "figures_stale"
    CLOCK_OFF = "clock_off"  # its clock is ahead of ours, or behind
    WAITING = "waiting"  # for a place in the offer
    DISCONNECTED = "disconnected"


@dataclass(frozen=True)
class StoreFilters:
    """Filters of stores; None does not filter."""

    stage: Stage | NoStage | None = None
    country: str | None = None
    condition: StoreCondition | TroubleId | None = None
    text: str | None = None  # part of a name, address or id; an id or address in full leads there at once
