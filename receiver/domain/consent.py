"""What comes of an advertiser's consent: which ad account becomes the store's, or why none does yet.

What a store says of itself wins: a consent proves the account the store named, and names one only where
the store named none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum


class ConsentOutcome(StrEnum):
    LINKED = "linked"
    CHOOSE = "choose"  # it covers several accounts, and nobody has said which
    OTHER_ACCOUNT = "other_account"  # it does not cover the one the store named
    NO_ACCOUNT = "no_account"
    NOT_ENOUGH = "not_enough"  # spend cannot be read with it
    CANCELLED = "cancelled"
    REFUSED = "refused"  # TikTok takes its own code for used or too old
    FAULT = "fault"  # of TikTok's; it passes
    NOT_SET_UP = "not_set_up"  # our own settings


class FlowError(StrEnum):
    """Why a browser may not go on."""

    EXPIRED = "expired"
    TICKET_UNKNOWN = "ticket_unknown"
    TICKET_USED = "ticket_used"  # by another browser
    STATE_UNKNOWN = "state_unknown"  # or spent
    WRONG_BROWSER = "wrong_browser"  # not the one that went to TikTok
    NOT_YOURS = "not_yours"  # a page of another browser, or forgotten
    STORE_GONE = "store_gone"


class Permission(StrEnum):
    """What we ask an advertiser for."""

    REPORTS = "reports"
    ACCOUNT = "account"
    MONEY = "money"


# TikTok's numbers; one that holds others (4 holds 44) gives them too. Portal id 1753986142651394.
GIVEN_BY = {
    Permission.REPORTS: frozenset({4, 44}),
    Permission.ACCOUNT: frozenset({100}),
    Permission.MONEY: frozenset({152}),
}
NEEDED = frozenset({Permission.REPORTS, Permission.ACCOUNT})


@dataclass(frozen=True)
class ResolvedAccount:
    """The outcome, and the ad account it is about where there is one."""

    outcome: ConsentOutcome
    advertiser_id: str | None = None


def missing(scopes: Collection[int]) -> tuple[Permission, ...]:
    """Return the permissions that were not granted."""
    return tuple(one for one in Permission if not GIVEN_BY[one] & set(scopes))


def resolve_account(
    covered: Sequence[str], scopes: Collection[int], standing: str | None, chosen: str | None = None
) -> ResolvedAccount:
    """`covered` and `scopes` are the consent's, `standing` the account the store is linked to now."""
    if not covered:
        return ResolvedAccount(ConsentOutcome.NO_ACCOUNT)
    if NEEDED & set(missing(scopes)):
        return ResolvedAccount(ConsentOutcome.NOT_ENOUGH)
    if standing is not None:
        agreed = standing in covered and chosen in (None, standing)
        return ResolvedAccount(ConsentOutcome.LINKED if agreed else ConsentOutcome.OTHER_ACCOUNT, standing)
    only = covered[0] if len(covered) == 1 else chosen
    return (
        ResolvedAccount(ConsentOutcome.LINKED, only)
        if only in covered
        else ResolvedAccount(ConsentOutcome.CHOOSE)
    )
