"""The change that an act brings to one of several stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from receiver.documents.changes import Changes, changes_of_decision, outcome_of
from receiver.domain.decision import Decision


@dataclass(frozen=True)
class StoreChange:
    """The stage of a store before and after an act."""

    store: str
    name: str
    before: Decision
    after: Decision

    @property
    def changes(self) -> Changes:
        return changes_of_decision(self.before, self.after)

    @property
    def outcome(self) -> dict[str, Any]:
        return outcome_of(self.after)

    @property
    def row(self) -> dict[str, Any]:
        """As API and command line tell it."""
        return {"store": self.store, "name": self.name, "changes": self.changes}
