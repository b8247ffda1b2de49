"""The payment option of an ad account, derived from its ledger: TikTok names it nowhere."""

from __future__ import annotations

from collections.abc import Iterable

from receiver.domain.facts import BilledTransaction, Payment

# Only automatic payment bills an account, and only it has its card tried.
AUTOMATIC_SIGNS = frozenset({"BILL_PAYMENT", "CARD_VERIFICATION", "CARD_VERIFICATION_REFUND"})
TOP_UP = "ADD_BALANCE"


def derive_payment(payments: Iterable[BilledTransaction], *, ledger_whole: bool) -> Payment:
    """Derive the payment option from a ledger.

    Automatic once the ledger shows it, since nobody changes back. Manual only where a whole ledger has
    top-ups and no such sign: an automatic account may be topped up, too, so a top-up says nothing while a
    row may be missing.
    """
    kinds = {row.type for row in payments}
    if kinds & AUTOMATIC_SIGNS:
        return Payment.AUTOMATIC
    if TOP_UP in kinds and None not in kinds and ledger_whole:
        return Payment.MANUAL
    return Payment.UNKNOWN
