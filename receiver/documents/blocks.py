"""Words for staff on why an award is blocked, as its merchant is told."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.domain.awards import BlockCause

CAUSES: Mapping[BlockCause, str] = {
    BlockCause.TERMS_NOT_MET: "The terms of the offer are not met",
    BlockCause.SPEND_RESTATED: "TikTok corrected the spend that earned it",
    BlockCause.DUPLICATE_MERCHANT: "The merchant receives the credit for another store",
    BlockCause.SUSPECTED_FRAUD: "Signs of misuse are looked into",
    BlockCause.REQUESTED_BY_TIKTOK: "TikTok asked for it",
    BlockCause.OTHER: "No reason; only that it is stopped",
}
