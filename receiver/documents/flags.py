"""Words for staff on the flags of an award, and on what each asks of them."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.domain.flags import RULE_FAILED, AwardFlag

MEANING: Mapping[str, str] = {
    AwardFlag.DECIDED_LATE: "It was decided only after the date it was due by: issue it first.",
    AwardFlag.ACCOUNT_SWITCHED: (
        "The store links another ad account now: the credit belongs to the one above."
    ),
    AwardFlag.LINK_LOST: "The store links no ad account any more.",
    AwardFlag.CONSENT_LOST: "The consent is gone: its figures can no longer be read.",
    AwardFlag.BILL_REFUNDED: "What was paid was refunded: the rest no longer reaches this tier.",
    AwardFlag.SPEND_RESTATED: "TikTok restated the spend: final figures no longer reach this tier.",
    AwardFlag.TIER_HIGHER: "Final figures reach a higher tier than the one awarded.",
    AwardFlag.CREDIT_UNRECORDED: (
        "TikTok's ledger shows the credit, and nobody recorded issuing it: record it."
    ),
}


def flag_words(flag: str) -> str:
    """Return the sentence of a flag; the flag itself, without underscores, where it has none."""
    if flag.startswith(RULE_FAILED):
        rule = flag.removeprefix(RULE_FAILED).replace("_", " ")
        return f"The rule “{rule}” would fail by what is known today."
    return MEANING.get(flag, flag.replace("_", " "))
