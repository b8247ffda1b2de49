"""Notices to a merchant: each is sent once, and only while it is true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from receiver.domain.awards import is_overdue
from receiver.domain.decision import EARNING, Decision, Stage
from receiver.domain.facts import RecordedAward
from receiver.domain.next_tier import Needs, NextTier
from receiver.domain.troubles import OF_LOSS, READ_FOR_PROGRESS, Observations, TroubleId

LEADS = (2, 7)  # days before an end: one notice each
EXPIRING = timedelta(days=14)
KEYS_TOLD_FOR = timedelta(days=30)
HELD_BY_ADDRESS = (TroubleId.SIGNALS_HELD, TroubleId.STORE_ELSEWHERE)
NOTHING_SEEN = Observations()
NEAR = Decimal("0.9")  # of a tier's threshold


class NoticeKind(StrEnum):
    """The subject of a notice."""

    NEAR_TIER = "near_tier"
    WINDOW_ENDS = "window_ends"
    BILL_DEADLINE = "bill_deadline"
    CONSENT_LOST = "consent_lost"
    CREDIT_DUE = "credit_due"
    CREDIT_OVERDUE = "credit_overdue"
    CREDIT_ISSUED = "credit_issued"
    CREDIT_EXPIRING = "credit_expiring"
    ADDRESS_CHANGED = "address_changed"
    MESSAGES_HELD = "messages_held"
    KEYS_LEFT = "keys_left"


class MailState(StrEnum):
    """The state of e-mails beside a merchant's notices."""

    OFF = "off"
    UNCONFIRMED = "unconfirmed"  # the address has yet to be confirmed by its owner
    ON = "on"


@dataclass(frozen=True)
class Notice:
    """A notice: `id` is stable however often it is derived; `until` is the last date it is true."""

    id: str
    kind: NoticeKind
    until: date | None
    params: Mapping[str, Any] = field(default_factory=dict)


def notices_of(
    decision: Decision, since: Mapping[str, datetime], observations: Observations = NOTHING_SEEN
) -> tuple[Notice, ...]:
    """Return the notices that are true at the decision's moment.

    `since`: when each trouble was first noticed, by its id; it tells one loss of consent from the next.
    A store that has left gets a notice about keys still at the shop, and no other.
    """
    if observations.has_left:
        return tuple(_leaving_notices(decision, observations))
    of_address = _address_notices(decision, since, observations)
    return (
        *_progress_notices(decision),
        *_consent_notices(decision, since),
        *_award_notices(decision),
        *of_address,
    )


def _leaving_notices(decision: Decision, observations: Observations) -> Iterator[Notice]:
    left_at = observations.keys_left_at
    if left_at is not None and decision.as_of - left_at < KEYS_TOLD_FOR:
        yield _notice(NoticeKind.KEYS_LEFT, _stamp(left_at), None, {})


def _address_notices(
    decision: Decision, since: Mapping[str, datetime], observations: Observations
) -> Iterator[Notice]:
    """Yield the notices about the store's address: held messages, and a move to another one.

    A merchant who did not move the shop has to know at once.
    """
    held_since = next((since[trouble] for trouble in HELD_BY_ADDRESS if trouble in since), None)
    if held_since is not None:
        yield _notice(NoticeKind.MESSAGES_HELD, _stamp(held_since), None, {})
    change = observations.address_change
    if change is not None and change.is_news(decision.as_of):
        params = {"old": change.old, "address": change.address}
        yield _notice(NoticeKind.ADDRESS_CHANGED, _stamp(change.at), None, params)


def _progress_notices(decision: Decision) -> Iterator[Notice]:
    above, spend = decision.next_tier, decision.spend
    if decision.stage not in EARNING or decision.window is None or spend is None:
        return
    if above is not None and above.needs is Needs.SPEND:
        yield from _spend_notices(decision, above, spend.qualifying)
    unpaid = _unpaid(decision)
    if unpaid is not None and (lead := _lead(decision.today, unpaid["by"])) is not None:
        yield _notice(NoticeKind.BILL_DEADLINE, f"{unpaid['by']}:{lead}", unpaid["by"], unpaid)


def _spend_notices(decision: Decision, above: NextTier, qualifying: Decimal | None) -> Iterator[Notice]:
    params = {
        "remaining": above.remaining,
        "credit": above.tier.credit,
        "by": above.by,
        "currency": decision.account and decision.account.currency,
    }
    lead = _lead(decision.today, above.by)
    if lead is not None:
        yield _notice(NoticeKind.WINDOW_ENDS, f"{above.by}:{lead}", above.by, params)
    elif qualifying is not None and qualifying >= NEAR * above.tier.threshold:
        yield _notice(NoticeKind.NEAR_TIER, f"{above.tier.threshold:f}", above.by, params)


def _unpaid(decision: Decision) -> Mapping[str, Any] | None:
    """Return what is to be paid and by when; None where paying it earns nothing."""
    above = decision.next_tier
    if above is None or above.needs is not Needs.PAYMENT:
        return None
    currency = decision.account and decision.account.currency
    return {"remaining": above.remaining, "by": above.by, "credit": above.tier.credit, "currency": currency}


def _lead(today: date, end: date) -> int | None:
    """Return the lead (days) of the notice that is due before an end; None before all of LEADS."""
    days_left = (end - today).days
    return next((lead for lead in LEADS if 0 <= days_left <= lead), None)


def _consent_notices(decision: Decision, since: Mapping[str, datetime]) -> Iterator[Notice]:
    if decision.stage not in READ_FOR_PROGRESS:
        return
    for trouble in OF_LOSS.values():
        if trouble in since:
            yield _notice(NoticeKind.CONSENT_LOST, _stamp(since[trouble]), None, {})


def _award_notices(decision: Decision) -> Iterator[Notice]:
    award, expires = decision.award, decision.programme.credit_expires
    today = decision.award_today
    if not isinstance(award, RecordedAward) or award.id is None or today > expires:
        return
    params = {
        "credit": award.credit,
        "currency": award.currency,
        "due_by": award.due_by,
        "expires": expires,
    }
    if decision.stage is Stage.DUE and award.due_by is not None:
        late = is_overdue(award.state, award.due_by, today)
        kind = NoticeKind.CREDIT_OVERDUE if late else NoticeKind.CREDIT_DUE
        yield _notice(kind, award.id, expires if late else award.due_by, params)
    if decision.stage is Stage.ISSUED:
        yield _notice(NoticeKind.CREDIT_ISSUED, award.id, expires, params)
    is_there_to_use = decision.stage in (Stage.ISSUED, Stage.CREDITED) and award.remaining != 0
    if is_there_to_use and today >= expires - EXPIRING:
        yield _notice(NoticeKind.CREDIT_EXPIRING, award.id, expires, params)


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%S}"


def _notice(kind: NoticeKind, what: str, until: date | None, params: Mapping[str, Any]) -> Notice:
    return Notice(f"{kind}:{what}", kind, until, params)
