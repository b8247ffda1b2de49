"""Bounds on what a store claims of itself: its owner signs the signals and runs the site we read.

A claim may say less than the service saw, never more. `CLAIMS` lists every one of them; docs/threat-model.md
shows the same list with the tests that overstep each bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

CLOCK_ALLOWANCE = timedelta(minutes=10)  # a store's clock may be off by that much
PROMPT = timedelta(days=1)  # a signal that took longer proves no moment
MEASURED_FOR = timedelta(days=2)  # a connected store is read every few hours


@dataclass(frozen=True)
class DatedClaim:
    """A date that a store's signal asserts, and the date that counts.

    `at` is the date in force. `claimed_at` is the date asserted, kept beside it where the two differ.
    """

    at: datetime
    claimed_at: datetime | None


def bound_date(claimed_at: datetime, *, joined_at: datetime, received_at: datetime) -> DatedClaim:
    """Return the asserted date, no earlier than the store joined, no later than the signal was received."""
    at = max(joined_at, min(claimed_at, received_at))
    return DatedClaim(at, None if at == claimed_at else claimed_at)


def is_exact(
    exact: bool | None, claimed_at: datetime, *, joined_at: datetime, received_at: datetime
) -> bool | None:
    """Return whether the store saw the link happen at `claimed_at`; any doubt turns True into False.

    Doubtful are a date before the store joined, one ahead of our clock, and one told more than a day late.
    """
    if exact is not True:
        return exact
    delay = received_at - claimed_at
    return claimed_at >= joined_at - CLOCK_ALLOWANCE and -CLOCK_ALLOWANCE <= delay <= PROMPT


def clock_skew(claimed_at: datetime, *, received_at: datetime) -> int:
    """Return the seconds by which a store's clock is ahead of ours; negative where it is behind."""
    return round((claimed_at - received_at).total_seconds())


def correct_skew(
    claimed_at: datetime, skew: int | None, *, measured_at: datetime | None, received_at: datetime
) -> datetime:
    """Return a signal's time corrected by its store's clock skew, where that was measured lately.

    `skew`: seconds ahead, measured while the store answered us, so that no delay is taken for a wrong clock.
    """
    is_known = measured_at is not None and abs(received_at - measured_at) <= MEASURED_FOR
    if skew is None or not is_known or not is_skewed(skew):
        return claimed_at
    return min(claimed_at - timedelta(seconds=skew), received_at)


def is_skewed(skew: int | None) -> bool:
    """Return whether a store's clock is off by more than the allowance; None: never measured."""
    return skew is not None and abs(skew) > CLOCK_ALLOWANCE.total_seconds()


@dataclass(frozen=True)
class StoreClaim:
    """Something a store can assert: who says it, what bounds it, and what happens beyond the bound."""

    said_by: str
    bound: str
    beyond: str


CLAIMS: Mapping[str, StoreClaim] = {
    "date of a set-up or link": StoreClaim(
        "the signal's `at`",
        "not before the store joined, not after the signal was received",
        "the bound counts; what was asserted stands beside it, and the link is not exact",
    ),
    "`exact`": StoreClaim(
        "the signal",
        "its `at` is not before joining (10 minutes allowed), not ahead of our clock, and at most a day old",
        "not true: earlier spend is unknown, for staff",
    ),
    "the store's clock": StoreClaim(
        "every signal's `at`",
        "measured against the moment of receiving; without delay whenever the store's state is read",
        "told to merchant and staff beyond 10 minutes; dates are set right by what was so measured",
    ),
    "installed, set up": StoreClaim(
        "the signal",
        "the first signal of the first install dates it",
        "later signals and other installs move no date",
    ),
    "`seq`, `install_id`": StoreClaim(
        "the signal",
        "`seq` orders the signals of one install; time orders those of two",
        "older news changes nothing that stands; once a day three that agree begin the numbers anew",
    ),
    "advertiser id": StoreClaim(
        "the signal",
        "the advertiser's own consent for this very link",
        "no link: nothing of the account is read, shown or polled for the store",
    ),
    "Business Center": StoreClaim(
        "the signal",
        "what TikTok tells of the account, read with that consent",
        "never kept",
    ),
    "being first with an account": StoreClaim(
        "the dates of its signals",
        "the order in which advertisers consented, as the service saw it",
        "counts in nobody's rules",
    ),
    "`home_url`": StoreClaim(
        "signals and REST",
        "the address that the store's keys opened",
        "a copy: held for staff, nothing replaced, no token given",
    ),
    "store UUID": StoreClaim(
        "REST",
        "the address that the store's keys opened",
        "a copy: held for staff; of a store that left, its history counts for the newcomer alone",
    ),
    "country, currency": StoreClaim(
        "REST",
        "decide only together with the ad account's own, which TikTok tells",
        "the account's own rules fail or are unknown",
    ),
    "shop name": StoreClaim("REST", "shown, never decided by", "cut to its length"),
    "plugin list": StoreClaim("REST", "shown, never decided by", "cut in number and length"),
}
