"""The result of spending a given amount a day: the tier, its date, and the date of its credit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from receiver.domain.decision import EARNING, Decision
from receiver.domain.pace import Projection, project
from receiver.domain.spend import ZERO


def what_if(decision: Decision, per_day: Decimal) -> Projection | None:
    """Return the highest further tier that `per_day` from tomorrow on reaches in time; None where none is.

    Before a window has begun, it would begin tomorrow.
    """
    if decision.stage not in EARNING or (decision.spend is not None and decision.spend.qualifying is None):
        return None
    spend_so_far = decision.spend.net if decision.spend else ZERO
    tiers = [progress.tier for progress in decision.tiers]
    return project(Fraction(per_day), spend_so_far, tiers, decision.deadlines, decision.today)
