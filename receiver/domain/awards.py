"""The life cycle of an award: its states, who may make which transition, and when it is overdue or over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

MASK = "••••"
DUE_SOON = timedelta(days=3)  # the third date from today included
LAST = 4  # characters of a code that everybody on the staff may see


class AwardState(StrEnum):
    """The states of a recorded award."""

    DUE = "due"
    ISSUED = "issued"
    CREDITED = "credited"
    EXPIRED = "expired"
    BLOCKED = "blocked"


class AwardDelivery(StrEnum):
    """The way in which staff gave the credit."""

    APPLIED = "applied"  # put into the ad account
    CODE = "code"  # a code the merchant redeems


class BlockCause(StrEnum):
    """The cause of a block as its merchant may hear it; staff's own words stay with staff."""

    TERMS_NOT_MET = "terms_not_met"
    SPEND_RESTATED = "spend_restated"  # TikTok corrected the figures that earned it
    DUPLICATE_MERCHANT = "duplicate_merchant"
    SUSPECTED_FRAUD = "suspected_fraud"
    REQUESTED_BY_TIKTOK = "requested_by_tiktok"
    OTHER = "other"  # the merchant hears that it is blocked, and no more


class EvidenceSource(StrEnum):
    """The source of the evidence that a credit arrived."""

    STAFF = "staff"  # their note
    PROMOTION_ISSUED = "promotion_issued"  # a PROMOTION_ISSUED row of the account
    GRANT_BALANCE = "grant_balance"  # a grant balance that grew


class Mover(StrEnum):
    """The party that makes a transition."""

    STAFF = "staff"
    SERVICE = "service"  # by itself, on evidence it read or a date that passed


class AwardMove(StrEnum):
    """A transition of a recorded award to another state."""

    ISSUE = "issue"  # staff gave the credit, and recorded its reference
    CREDIT = "credit"  # there is evidence that the credit arrived
    BLOCK = "block"  # staff stop it, with a reason
    LIFT = "lift"  # staff take the block back
    EXPIRE = "expire"  # the credit's end passed


@dataclass(frozen=True)
class Transition:
    """A transition: who may make it, the states it starts from, and the state it leads to."""

    by: frozenset[Mover]
    out_of: frozenset[AwardState]
    into: AwardState | None  # None: back to the state it was blocked from


GIVEN = frozenset({AwardState.ISSUED, AwardState.CREDITED})  # the credit was given, and has not ended
STAFF, SERVICE, EITHER = frozenset({Mover.STAFF}), frozenset({Mover.SERVICE}), frozenset(Mover)

# A due award never expires by itself: it is overdue, and stays in sight until somebody acts.
MOVES: Mapping[AwardMove, Transition] = {
    AwardMove.ISSUE: Transition(STAFF, frozenset({AwardState.DUE}), AwardState.ISSUED),
    AwardMove.CREDIT: Transition(EITHER, frozenset({AwardState.ISSUED}), AwardState.CREDITED),
    AwardMove.BLOCK: Transition(STAFF, GIVEN | {AwardState.DUE}, AwardState.BLOCKED),
    AwardMove.LIFT: Transition(STAFF, frozenset({AwardState.BLOCKED}), None),
    AwardMove.EXPIRE: Transition(SERVICE, GIVEN, AwardState.EXPIRED),
}


@dataclass(frozen=True)
class AwardFilters:
    """Filters of awards; None does not filter."""

    state: AwardState | None = None
    programme: str | None = None
    flagged: bool = False  # only those with a flag
    due_before: date | None = None  # the date itself not included
    due_soon: bool = False  # only those due within DUE_SOON in their account's zone, and not overdue
    overdue: bool = False  # only those whose date is over in their account's zone
    text: str | None = None  # part of a store's name, an ad account, a reference or an id


def next_state(
    move: AwardMove, state: AwardState, by: Mover, blocked_from: AwardState | None = None
) -> AwardState | None:
    """Return the state a transition leads to; None where `by` may not make it from here."""
    transition = MOVES[move]
    if by not in transition.by or state not in transition.out_of:
        return None
    return transition.into or blocked_from


def masked_code(code: str) -> str:
    """Mask all but the last characters of a redeem code; of a short code, show at most half."""
    length = min(LAST, len(code) // 2)
    return MASK + code[len(code) - length :]


def has_ended(state: AwardState, today: date, credit_expires: date) -> bool:
    """Return whether a credit that was given is over; `today` is the date in the account's zone."""
    return state in MOVES[AwardMove.EXPIRE].out_of and today > credit_expires


def may_be_issued(state: AwardState, today: date, credit_expires: date) -> bool:
    """Return whether a credit can still be issued: not after its last date in the account's zone."""
    return state != AwardState.DUE or today <= credit_expires


def remaining_credit(
    state: AwardState, credit: Decimal, balance: Decimal | None, *, other_credit: bool | None
) -> Decimal | None:
    """Return how much of a credit is left, by the ad credit `balance` of its account; None where unknown.

    An account that holds, or may hold, credit of somebody else's has no balance of ours alone.
    """
    if state is not AwardState.CREDITED or other_credit is not False:
        return None
    if balance is None or not 0 <= balance <= credit:
        return None
    return balance


def is_overdue(state: AwardState, due_by: date | None, today: date) -> bool:
    """Return whether an award that nobody has issued is past its date.

    `today` is the date in the account's zone.
    """
    return state == AwardState.DUE and due_by is not None and today > due_by


def is_due_soon(state: AwardState, due_by: date | None, today: date) -> bool:
    """Return whether an award that nobody has issued is due today or within DUE_SOON.

    `today` is the date in the account's zone.
    """
    return state == AwardState.DUE and due_by is not None and today <= due_by <= today + DUE_SOON
