"""The reasons why an ad account is polled at a moment, or not by itself: ids, stored beside the moment."""

from __future__ import annotations

from enum import StrEnum


class PollReason(StrEnum):
    """The reason of a poll as it is stored; documents/poll_reasons.py makes its sentence."""

    # Planned by where its stores stand (domain/schedule.py).
    FINAL = "date_final"
    WINDOW_END = "window_ends"
    NEAR_TIER = "near_tier"
    BILLS = "bills_unpaid"
    SPENDING = "window_open"
    SETTLING = "settling"
    FIRST_SPEND = "first_spend"
    HELD = "held"
    AWARD = "award"
    CREDIT = "credit"
    SET_UP = "set_up"
    STANDING = "bad_standing"
    AT_REST = "at_rest"
    # Asked for from outside.
    ASKED = "merchant_asked"
    FIGURES_CHANGED = "figures_changed"
    STATUS_CHANGED = "status_changed"
    NOTICES_ENDED = "notices_ended"
    # About to be read for the first time, or anew.
    LINKED = "linked"
    OTHER_CONSENT = "other_consent"
    CONSENT_RETURNED = "consent_returned"
    CLOCK_ROLLED_BACK = "clock_rolled_back"
    # Put off by a fault, or until somebody acts.
    PASSING_FAULT = "passing_fault"
    BILLS_FAULT = "bills_fault"
    REPORT = "report_not_whole"
    MISCONFIGURED = "misconfigured"
    APP_LIMIT = "app_limit"
    ACCOUNT_LIMIT = "account_limit"
    APP_BLOCKED = "app_blocked"
    NO_CONSENT = "no_consent"
    NO_ACCESS = "no_access"

    @property
    def is_urgent(self) -> bool:
        """Return whether it goes first, and may use what is left to urgent calls, where time is short."""
        return self in URGENT


# Polls that a later decision may bring forward; not those that wait for a fault to end, or for a person.
PLANNED = frozenset(
    {
        PollReason.FINAL,
        PollReason.WINDOW_END,
        PollReason.NEAR_TIER,
        PollReason.BILLS,
        PollReason.SPENDING,
        PollReason.SETTLING,
        PollReason.FIRST_SPEND,
        PollReason.HELD,
        PollReason.AWARD,
        PollReason.CREDIT,
        PollReason.SET_UP,
        PollReason.STANDING,
        PollReason.AT_REST,
        PollReason.ASKED,
        PollReason.FIGURES_CHANGED,
        PollReason.STATUS_CHANGED,
        PollReason.NOTICES_ENDED,
    }
)
# Not FIGURES_CHANGED: TikTok sends it every hour for each account that spends, which must not crowd out polls
# that decide.
URGENT = frozenset(
    {
        PollReason.ASKED,
        PollReason.STATUS_CHANGED,
        PollReason.NOTICES_ENDED,
        PollReason.FINAL,
        PollReason.WINDOW_END,
        PollReason.NEAR_TIER,
    }
)
