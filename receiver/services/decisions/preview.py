"""Runs an action for a store and returns its effect; in a dry run, everything is rolled back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from receiver.documents.changes import Changes, changes_of_decision, outcome_of
from receiver.domain.decision import Decision
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_store
from receiver.services.evaluation.evaluate import evaluate
from receiver.storage import stores

# An action in the context it is called with; it returns its answer.
Action = Callable[[ServiceContext], dict[str, Any]]


@dataclass(frozen=True)
class DecisionPreview:
    """The decisions for a store before and after an action, and the answer of the action."""

    before: Decision
    after: Decision
    answer: dict[str, Any]

    @property
    def changes(self) -> Changes:
        """Return the differences between the decisions before and after."""
        return changes_of_decision(self.before, self.after)

    @property
    def outcome(self) -> dict[str, Any]:
        """Return the stage and verdict afterwards, as the API shows them."""
        return outcome_of(self.after)


def run_with_preview(
    context: ServiceContext,
    store_id: str,
    act: Action,
    *,
    dry_run: bool = False,
) -> DecisionPreview:
    """Call `act`, decide the store anew, and return the decisions before and after.

    A dry run executes everything in a transaction that is rolled back. Raises NotFound, and whatever `act`
    raises.
    """
    context = context.at(context.now())
    if dry_run:
        with context.rolled_back() as rehearsal:
            return run_with_preview(rehearsal, store_id, act)
    with context.database.reading() as session:
        before = evaluate(session, stores.get_store(session, store_id), context.now())
    answer = act(context)
    return DecisionPreview(before, decide_store(context, store_id), answer)
