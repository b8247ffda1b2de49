"""The reasons of the next poll in words for staff."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.domain.poll_reasons import PollReason

SENTENCES: Mapping[PollReason, str] = {
    PollReason.FINAL: "the figures of a date that decides become final",
    PollReason.WINDOW_END: "its window ends within days",
    PollReason.NEAR_TIER: "its spend may cross a tier within days",
    PollReason.BILLS: "its bills are not paid yet",
    PollReason.SPENDING: "its window is open",
    PollReason.SETTLING: "its window is over and not all figures are final",
    PollReason.FIRST_SPEND: "nothing that counts was spent yet",
    PollReason.HELD: "staff have to decide",
    PollReason.AWARD: "its award is on the way",
    PollReason.CREDIT: "its credit is being used",
    PollReason.SET_UP: "its store is not ready yet",
    PollReason.STANDING: "its state at TikTok may change",
    PollReason.AT_REST: "nothing it spends changes the answer",
    PollReason.ASKED: "the merchant asked",
    PollReason.FIGURES_CHANGED: "TikTok says that its figures have changed",
    PollReason.STATUS_CHANGED: "TikTok says that its status has changed",
    PollReason.NOTICES_ENDED: "TikTok's notices of it have ended",
    PollReason.LINKED: "linked",
    PollReason.OTHER_CONSENT: "with another consent that stands",
    PollReason.CONSENT_RETURNED: "a consent for it was given back",
    PollReason.CLOCK_ROLLED_BACK: "the clock was put back",
    PollReason.PASSING_FAULT: "after a passing fault",
    PollReason.BILLS_FAULT: "for the bills, after a passing fault",
    PollReason.REPORT: "once the report is whole",
    PollReason.MISCONFIGURED: "once our configuration is put right",
    PollReason.APP_LIMIT: "put back: the app's call budget is used up until then",
    PollReason.ACCOUNT_LIMIT: "put back: the ad account's call limit is reached until then",
    PollReason.APP_BLOCKED: "put back: TikTok has blocked the app, or its id or secret is wrong",
    PollReason.NO_CONSENT: "waits for the advertiser's consent",
    PollReason.NO_ACCESS: "whether TikTok gives access to the account again",
}


def poll_reason_text(reason: str | None) -> str | None:
    """Return the sentence of a stored reason; None where none is stored, or a newer release stored it."""
    return SENTENCES[PollReason(reason)] if reason in set(PollReason) else None
