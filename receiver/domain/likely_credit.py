"""The credit that is likely to come: what stores have reached by now that have no award yet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from receiver.domain.decision import Decision, Stage
from receiver.domain.facts import Outcome

# On their way to an award, the nearest first; a held one is earned, and staff have to let it through.
COMING = (Stage.HELD, Stage.SETTLING, Stage.ACCUMULATING)


@dataclass(frozen=True)
class LikelyCredit:
    """The credit of the tier a store has reached so far: 0 below the first tier, None where it is unknown."""

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
