"""Flags for staff where a recorded award's facts would now give another answer; they change no award."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from receiver.domain.decision import Decision
from receiver.domain.discrepancies import Discrepancy
from receiver.domain.facts import Outcome


class AwardFlag(StrEnum):
    """The reason why staff should look at a recorded award; `rule_failed:` with a rule's id is another."""

    DECIDED_LATE = "decided_late"  # when it was first decided, the date it is due by had passed
    ACCOUNT_SWITCHED = "account_switched"  # the store links another ad account now
    LINK_LOST = "link_lost"  # the store links none
    CONSENT_LOST = "consent_lost"  # the advertiser took the consent back
    SPEND_RESTATED = "spend_restated"  # the final figures no longer reach the award's tier
    BILL_REFUNDED = "bill_refunded"  # what was paid was given back, so that the rest does not reach it
    TIER_HIGHER = "tier_higher"  # they reach a higher one
    CREDIT_UNRECORDED = "credit_unrecorded"  # the ledger shows the credit, and nobody recorded issuing it


RULE_FAILED = "rule_failed:"
# These hasten an award, and put no credit in doubt.
NO_DOUBT = frozenset({AwardFlag.DECIDED_LATE, AwardFlag.CREDIT_UNRECORDED})

# Rules that do not depend on the ad account: they still concern the award when another account is linked.
STORE_RULES = frozenset(
    {"programme_open", "admission", "integration_set_up", "store_market", "merchant_once"}
)
# The passing of time raises no flag, and spend has flags of its own.
NEVER_FLAGGED = frozenset({"credit_in_time", "spend_reached"})


@dataclass(frozen=True)
class AwardBasis:
    """The ad account and the threshold of a recorded award."""

    advertiser_id: str
    threshold: Decimal


def doubts_credit(flags: Iterable[str]) -> bool:
    """Return whether any of the flags puts the credit in doubt; staff then confirm the award by itself."""
    return not NO_DOUBT.issuperset(flags)


def flags_for(award: AwardBasis, decision_without_award: Decision) -> set[str]:
    """Return the flags that hold now.

    `decision_without_award` is made from today's facts as if no award were recorded. What is unknown raises
    no flag: it is neither a yes nor a no.
    """
    decision = decision_without_award
    account = decision.account
    if account is None:
        return {AwardFlag.LINK_LOST, *_failed_rule_flags(decision, only=STORE_RULES)}
    if account.advertiser_id != award.advertiser_id:
        return {AwardFlag.ACCOUNT_SWITCHED, *_failed_rule_flags(decision, only=STORE_RULES)}
    consent_flags = {AwardFlag.CONSENT_LOST} if account.consent is False else set()
    return consent_flags | _failed_rule_flags(decision) | _spend_flags(award, decision)


def cleared_flags(
    raised_flags: Collection[str], award: AwardBasis, decision_without_award: Decision
) -> set[str]:
    """Return which of the raised flags certainly hold no longer; what is unknown clears none."""
    decision = decision_without_award
    account, spend = decision.account, decision.spend
    if account is None:
        return set()
    is_same = account.advertiser_id == award.advertiser_id
    passing_rules = {RULE_FAILED + rule.id for rule in decision.rules if rule.outcome is Outcome.PASS}
    clear = {
        AwardFlag.LINK_LOST,
        *(flag for flag in passing_rules if is_same or flag.removeprefix(RULE_FAILED) in STORE_RULES),
    }
    if is_same:
        clear.add(AwardFlag.ACCOUNT_SWITCHED)
        clear |= {AwardFlag.CONSENT_LOST} if account.consent is True else set()
        if spend is not None and not spend.bill_in_doubt and spend.rows:
            clear |= {AwardFlag.SPEND_RESTATED, AwardFlag.BILL_REFUNDED} | (
                set() if spend.provisional else {AwardFlag.TIER_HIGHER}
            )
            clear |= set(Discrepancy)
    return set(raised_flags) & clear - flags_for(award, decision)


def _failed_rule_flags(decision: Decision, only: frozenset[str] | None = None) -> set[str]:
    failed_rules = {rule.id for rule in decision.rules if rule.outcome is Outcome.FAIL} - NEVER_FLAGGED
    return {RULE_FAILED + rule for rule in (failed_rules if only is None else failed_rules & only)}


def _spend_flags(award: AwardBasis, decision: Decision) -> set[str]:
    spend = decision.spend
    if spend is None or spend.bill_in_doubt:  # nobody can say what was spent when, or what was paid
        return set()
    if spend.final_qualifying < award.threshold:
        is_refund = (
            spend.has_bills
            and spend.paid_amount < award.threshold <= spend.paid_amount + spend.refunded_amount
        )
        return {AwardFlag.BILL_REFUNDED if is_refund else AwardFlag.SPEND_RESTATED}
    if spend.provisional:  # without its bills an account seems to have paid for all it spent
        return set()
    tiers_reached = [progress.tier for progress in decision.tiers if progress.reached_on]
    return (
        {AwardFlag.TIER_HIGHER} if any(tier.threshold > award.threshold for tier in tiers_reached) else set()
    )
