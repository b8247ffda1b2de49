"""The credit likely to come: what stores without an award have reached so far."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from receiver.domain.decision import Decision, Stage
from receiver.domain.facts import Outcome

# Stages before an award, the nearest first; a held award is earned, and waits for staff.
COMING = (Stage.HELD, Stage.SETTLING, Stage.ACCUMULATING)


@dataclass(frozen=True)
class LikelyCredit:
    """The credit of the tier a store has reached so far: 0 below the first tier, None where unknown."""

    currency: str | None
    credit: Decimal | None


def likely_credit(decision: Decision) -> LikelyCredit | None:
    """Return the credit a store without an award has reached so far; None where none is on its way."""
    if decision.stage not in COMING:
        return None
    currency = decision.account.currency if decision.account else None
    if decision.tier is not None:
        return LikelyCredit(currency, decision.tier.credit)
    is_known = decision.spend is not None and decision.spend.qualifying is not None
    if not is_known or decision.outcome("spend_reached") is Outcome.UNKNOWN:
        return LikelyCredit(currency, None)
    return LikelyCredit(currency, Decimal(0))
