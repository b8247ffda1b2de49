"""Words for staff on sources that contradict each other, and on what settles it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from receiver.domain.discrepancies import Discrepancy

WORDS: Mapping[str, str] = {
    Discrepancy.FIGURES_APART: (
        "TikTok's figures for final dates differ by more than 1%: spend less ad credit, billed cost and cash "
        "spend. The payment option counts as unknown; see in Ads Manager what was paid, and record "
        "paid_bills_confirmed."
    ),
    Discrepancy.NO_CASH_SPEND: (
        "The account has cost on more than 3 final dates and no cash spend, so it does not seem to pay by "
        "hand. The payment option counts as unknown; record it as automatic where it is, or "
        "paid_bills_confirmed."
    ),
    Discrepancy.PAYMENT_CONTRADICTED: (
        "The account's ledger shows another payment option than the one recorded. The recorded one counts; "
        "check it."
    ),
}


def discrepancy_words(discrepancies: Iterable[str]) -> list[str]:
    """Return the sentences of discrepancies, in their order."""
    return [WORDS[name] for name in discrepancies]
