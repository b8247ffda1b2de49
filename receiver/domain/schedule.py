"""The polling schedule of ad accounts: often while something may be decided, seldom otherwise.

Accounts linked at the same moment, or whose dates become final at the same moment, are not polled all at
once: each has a fixed place in the span (jitter) that follows from its id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from receiver.domain.calendar import Window, final_at, local_date
from receiver.domain.decision import Decision, Stage
from receiver.domain.facts import Outcome
from receiver.domain.poll_reasons import PollReason

HOUR = timedelta(hours=1)
SPAN = timedelta(minutes=30)  # over which accounts that are due at the same moment are spread
EARLIEST, LATEST = 0.875, 1.125  # of an interval: where in between is the account's own place
FRESH_FOR = 24 * HOUR  # for figures that are read more often than that
PUT_BACK = HOUR  # a poll may come that much later before it is missed
NEARLY = Decimal("1.5")  # days of the present speed that would cross a threshold
LAST_DATES = 3  # of a window, in which a merchant may still turn the outcome


EVERY = {
    PollReason.WINDOW_END: 3 * HOUR,
    PollReason.NEAR_TIER: 2 * HOUR,
    PollReason.BILLS: 12 * HOUR,
    PollReason.SPENDING: 6 * HOUR,
    PollReason.SETTLING: 12 * HOUR,
    PollReason.FIRST_SPEND: 6 * HOUR,
    PollReason.HELD: 12 * HOUR,
    PollReason.AWARD: 20 * HOUR,  # with all delays within the day that figures stay fresh
    PollReason.CREDIT: 20 * HOUR,
    PollReason.SET_UP: 12 * HOUR,
    PollReason.STANDING: 20 * HOUR,
    PollReason.AT_REST: 7 * 24 * HOUR,
}
# How old figures may be, by how often they are read: a day at least.
FRESHNESS = frozenset(max(FRESH_FOR, every * LATEST + PUT_BACK) for every in EVERY.values())
BY_STAGE = {
    Stage.NOT_ADMITTED: PollReason.SET_UP,
    Stage.AWAITING_SETUP: PollReason.SET_UP,
    Stage.AWAITING_LINK: PollReason.SET_UP,
    Stage.AWAITING_SPEND: PollReason.FIRST_SPEND,
    Stage.HELD: PollReason.HELD,
    Stage.DUE: PollReason.AWARD,
    Stage.ISSUED: PollReason.AWARD,
    Stage.CREDITED: PollReason.CREDIT,
}


@dataclass(frozen=True)
class PollingState:
    """The progress of a store with an ad account, by which its next poll is planned.

    `daily_spend` is what qualifies, by date, dates not final included; `final_spend` the sum of final dates;
    `thresholds` rise. `bad_standing`: the account's own state at TikTok is what fails.
    """

    stage: Stage
    zone: ZoneInfo | None = None
    window: Window | None = None
    daily_spend: Sequence[tuple[date, Decimal]] = ()
    final_spend: Decimal = Decimal(0)
    thresholds: Sequence[Decimal] = ()
    awaits_bills: bool = False
    bad_standing: bool = False


@dataclass(frozen=True)
class NextPoll:
    """The moment of the next poll, and its reason."""

    at: datetime
    why: PollReason


def polling_state_of(decision: Decision) -> PollingState:
    """Return the part of a decision by which a poll is planned."""
    spend, window = decision.spend, decision.window
    return PollingState(
        stage=decision.stage,
        zone=spend.zone if spend else None,
        window=window,
        daily_spend=[(day.date, day.qualifying) for day in spend.days if day.qualifying] if spend else [],
        final_spend=spend.final_qualifying if spend else PollingState.final_spend,
        thresholds=[progress.tier.threshold for progress in decision.tiers],
        awaits_bills=spend is not None and spend.has_bills and spend.net > spend.paid_amount,
        bad_standing=decision.outcome("good_standing") is Outcome.FAIL,
    )


def next_poll(advertiser_id: str, state: PollingState, now: datetime) -> NextPoll:
    """Return when to poll an account again after a poll made `now`: later than `now`, within about a week."""
    share = share_of(advertiser_id)
    why = _poll_reason(state, now)
    routine = NextPoll(now + EVERY[why] * (EARLIEST + share * (LATEST - EARLIEST)), why)
    decisive = _decisive_moment(state, now)
    if decisive is None or decisive >= routine.at:
        return routine
    return NextPoll(decisive + SPAN * share, PollReason.FINAL)


def fresh_for(state: PollingState, now: datetime) -> timedelta:
    """Return the age (a day at least) up to which figures are fresh; older ones mean a missed poll."""
    return max(FRESH_FOR, EVERY[_poll_reason(state, now)] * LATEST + PUT_BACK)


def after_failures(advertiser_id: str, first: timedelta, longest: timedelta, failures: int) -> timedelta:
    """Return the wait after so many failures in a row: exponential back-off, spread by the account.

    Twice as long each time, spread by the account.
    """
    whole: timedelta = min(longest, first * 2 ** min(failures - 1, 10))
    return whole * (1 - share_of(advertiser_id) / 4)


@lru_cache(200_000)
def share_of(advertiser_id: str) -> float:
    """Return an account's fixed place in any span (jitter that follows from its id), in [0, 1)."""
    return int.from_bytes(hashlib.sha256(advertiser_id.encode()).digest()[:4]) / 2**32


def _poll_reason(state: PollingState, now: datetime) -> PollReason:
    if state.stage is Stage.SETTLING:
        return PollReason.BILLS if state.awaits_bills else PollReason.SETTLING
    if state.stage is not Stage.ACCUMULATING:
        at_rest = PollReason.STANDING if state.bad_standing else PollReason.AT_REST
        return BY_STAGE.get(state.stage, at_rest)
    if state.zone is None or state.window is None:
        return PollReason.SPENDING
    today = local_date(now, state.zone)
    if state.window.days_left(today) < LAST_DATES:
        return PollReason.WINDOW_END
    return PollReason.NEAR_TIER if _may_cross(state, today) else PollReason.SPENDING


def _may_cross(state: PollingState, today: date) -> bool:
    """Return whether the recent pace may bring the next threshold within about a day and a half."""
    total = sum((amount for _, amount in state.daily_spend), Decimal(0))
    above = next((threshold for threshold in state.thresholds if threshold > total), None)
    if above is None:
        return False
    since = today - timedelta(days=LAST_DATES)
    recent = max((amount for day, amount in state.daily_spend if day >= since), default=Decimal(0))
    return above - total <= recent * NEARLY


def _decisive_moment(state: PollingState, now: datetime) -> datetime | None:
    """Return when the next date that may decide becomes final; None where no date can decide.

    That date lifts the final sum over the highest threshold, or is the window's last.
    """
    zone, window = state.zone, state.window
    if zone is None or window is None or state.stage not in (Stage.ACCUMULATING, Stage.SETTLING):
        return None
    last = final_at(window.last, zone)
    highest = state.thresholds[-1] if state.thresholds else None
    total = Decimal(0)
    if highest is not None and state.final_spend < highest:
        for day, amount in state.daily_spend:
            total += amount
            if total >= highest:
                final_from = final_at(day, zone)
                return final_from if now < final_from <= last else (last if now < last else None)
    return last if now < last else None
