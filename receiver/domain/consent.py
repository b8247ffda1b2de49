"""The result of an advertiser's consent: which ad account becomes the store's, or why none does yet.

What a store says of itself wins: a consent proves the account the store named, and names one only where
the store named none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class ConsentOutcome(StrEnum):
    """The outcome of an advertiser's consent."""

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
    """The reason why a browser may not continue the flow."""

    EXPIRED = "expired"
    TICKET_UNKNOWN = "ticket_unknown"
    TICKET_USED = "ticket_used"  # by another browser
    STATE_UNKNOWN = "state_unknown"  # or spent
    WRONG_BROWSER = "wrong_browser"  # not the one that went to TikTok
    NOT_YOURS = "not_yours"  # a page of another browser, or forgotten
    STORE_GONE = "store_gone"


class Permission(StrEnum):
    """A permission that we ask an advertiser for."""

    REPORTS = "reports"
    ACCOUNT = "account"
    MONEY = "money"


# TikTok's scope numbers. A token lists those granted, and a number includes all its descendants: real tokens
# say 10 for 100, or 1 alone. Portal id 1753986142651394.
SCOPE = {Permission.REPORTS: 44, Permission.ACCOUNT: 100, Permission.MONEY: 152}
PARENT = {44: 4, 100: 10, 10: 1, 152: 15, 15: 1}
NEEDED = frozenset({Permission.REPORTS, Permission.ACCOUNT})


@dataclass(frozen=True)
class ResolvedAccount:
    """The outcome of a consent, with the ad account it concerns, if any."""

    outcome: ConsentOutcome
    advertiser_id: str | None = None


def missing_permissions(
    scopes: Collection[int], readable: Collection[Permission] = ()
) -> tuple[Permission, ...]:
    """Return the permissions that were not granted, less those `readable`, whose calls TikTok answers."""
    granted = set(scopes)
    return tuple(item for item in Permission if item not in readable and granted.isdisjoint(_lineage(item)))


def _lineage(permission: Permission) -> Iterator[int]:
    """Yield the number of a permission, then those of its ancestors."""
    number: int | None = SCOPE[permission]
    while number is not None:
        yield number
        number = PARENT.get(number)


def resolve_account(
    accounts: Sequence[str],
    missing: Collection[Permission],
    linked_id: str | None,
    chosen_id: str | None = None,
) -> ResolvedAccount:
    """Return which account a consent links, or why none.

    `accounts` are those the consent covers, `missing` the permissions it does not give, `linked_id` the
    account the store is linked to now, `chosen_id` the one the advertiser picked.
    """
    if not accounts:
        return ResolvedAccount(ConsentOutcome.NO_ACCOUNT)
    if NEEDED & set(missing):
        return ResolvedAccount(ConsentOutcome.NOT_ENOUGH)
    if linked_id is not None:
        is_same = linked_id in accounts and chosen_id in (None, linked_id)
        return ResolvedAccount(ConsentOutcome.LINKED if is_same else ConsentOutcome.OTHER_ACCOUNT, linked_id)
    only = accounts[0] if len(accounts) == 1 else chosen_id
    return (
        ResolvedAccount(ConsentOutcome.LINKED, only)
        if only in accounts
        else ResolvedAccount(ConsentOutcome.CHOOSE)
    )
