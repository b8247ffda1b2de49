"""The change of a store's decision by an action that concerns several stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from receiver.documents.changes import Changes, changes_of_decision, outcome_of
from receiver.domain.decision import Decision


@dataclass(frozen=True)
class StoreChange:
    """The decisions for a store before and after an action."""

    store: str
    name: str
    before: Decision
    after: Decision

    @property
    def changes(self) -> Changes:
        """Return the differences between the decisions before and after."""
        return changes_of_decision(self.before, self.after)

    @property
    def outcome(self) -> dict[str, Any]:
        """Return the outcome of the decision afterwards."""
        return outcome_of(self.after)

    @property
    def row(self) -> dict[str, Any]:
        """Return the change as the API and the command line show it."""
        return {"store": self.store, "name": self.name, "changes": self.changes}
