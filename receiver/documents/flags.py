"""What a flag on an award means to staff, and what it asks of them."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.domain import flags

MEANING: Mapping[str, str] = {
    flags.DECIDED_LATE: "It was decided only after the date it was due by: issue it first.",
    flags.ACCOUNT_SWITCHED: "The store links another ad account now: the credit belongs to the one above.",
    flags.LINK_LOST: "The store links no ad account any more.",
    flags.CONSENT_LOST: "The consent is gone: its figures can no longer be read.",
    flags.BILL_REFUNDED: "What was paid was refunded: the rest no longer reaches this tier.",
    flags.SPEND_RESTATED: "TikTok restated the spend: final figures no longer reach this tier.",
    flags.TIER_HIGHER: "Final figures reach a higher tier than the one awarded.",
    flags.CREDIT_UNRECORDED: "TikTok's ledger shows the credit, and nobody recorded issuing it: record it.",
}


def flag_words(flag: str) -> str:
    """One sentence; a flag nobody described is shown as it is."""
    if flag.startswith(flags.RULE_FAILED):
        rule = flag.removeprefix(flags.RULE_FAILED).replace("_", " ")
        return f"The rule “{rule}” would fail by what is known today."
    return MEANING.get(flag, flag.replace("_", " "))
