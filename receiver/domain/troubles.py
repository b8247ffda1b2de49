"""What is wrong about a store, and who must act: what warnings, Today, doctor, metrics and alerts tell of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from receiver.domain.awards import is_overdue
from receiver.domain.decision import SPEND_IS_READ, Decision, Stage
from receiver.domain.discrepancies import PAYMENT_CONTRADICTED, UNSETTLING
from receiver.domain.facts import LostSignals, RecordedAward
from receiver.domain.rules import consent_loss


class Actor(StrEnum):
    """Who must act for a trouble to end."""

    MERCHANT = "merchant"
    STAFF = "staff"
    SERVICE = "service"  # those who run it
    NOBODY = "nobody"  # it passes, or only has to be known


class ReadingFault(StrEnum):
    """Why an ad account's figures were not read, or not in full, when last asked for."""

    PASSING = "passing"
    REFUSED = "refused"  # by our own settings or code
    UNREACHABLE = "unreachable"  # the token stands, and does not reach the account
    MISSING = "missing"  # TikTok knows no such account
    CURRENCY = "currency"  # the report's rows are not in the account's currency
    INCOMPLETE = "incomplete"  # dates that had figures are not in the report any more


# Who must act, the most urgent first. After `store_` stands a word of wp_bridge.errors.StoreTrouble, after
# `webhook_` one of domain/store_webhooks.py.
TROUBLES: Mapping[str, Actor] = {
    "award_overdue": Actor.STAFF,
    "award_held": Actor.STAFF,
    "award_flagged": Actor.STAFF,
    "merchants_alike": Actor.STAFF,
    "reading_refused": Actor.SERVICE,
    "figures_stale": Actor.SERVICE,
    "currency_differs": Actor.STAFF,
    "figures_incomplete": Actor.STAFF,
    "status_unknown": Actor.STAFF,
    "bill_unreadable": Actor.STAFF,
    "figures_apart": Actor.STAFF,
    "no_cash_spend": Actor.STAFF,
    "payment_contradicted": Actor.STAFF,
    "signals_refused": Actor.STAFF,
    "signals_unreadable": Actor.STAFF,
    "signals_held": Actor.STAFF,
    "signals_fell_back": Actor.STAFF,
    "account_missing": Actor.MERCHANT,
    "account_unreachable": Actor.MERCHANT,
    "consent_withdrawn": Actor.MERCHANT,
    "consent_expired": Actor.MERCHANT,
    "store_unreachable": Actor.MERCHANT,
    "store_not_https": Actor.MERCHANT,
    "store_not_wordpress": Actor.MERCHANT,
    "store_no_woocommerce": Actor.MERCHANT,
    "store_no_permalinks": Actor.MERCHANT,
    "store_no_key_page": Actor.MERCHANT,
    "store_keys_refused": Actor.MERCHANT,
    "store_keys_too_weak": Actor.MERCHANT,
    "store_busy": Actor.MERCHANT,
    "store_malformed": Actor.MERCHANT,
    "store_too_old": Actor.MERCHANT,
    "store_elsewhere": Actor.STAFF,
    "store_no_companion": Actor.MERCHANT,
    "store_disconnected": Actor.MERCHANT,
    "webhook_paused": Actor.MERCHANT,
    "webhook_mute": Actor.MERCHANT,
    "clock_ahead": Actor.MERCHANT,
    "clock_behind": Actor.MERCHANT,
    "bill_deadline": Actor.MERCHANT,
    "begin_by": Actor.MERCHANT,
    "begin_for_highest": Actor.MERCHANT,
    "too_late_to_begin": Actor.NOBODY,
    "nothing_more_in_time": Actor.NOBODY,
    "window_outlives_credit": Actor.MERCHANT,
    "place_reserved": Actor.MERCHANT,
}
# A step the merchant had better take soon; nothing is wrong, so that nobody else is told.
ADVICE = frozenset(
    {
        "bill_deadline",
        "begin_by",
        "begin_for_highest",
        "too_late_to_begin",
        "nothing_more_in_time",
        "window_outlives_credit",
        "place_reserved",
    }
)
# What is wrong on our side with the figures a merchant looks at: they read of it, too.
TOLD_TO_MERCHANTS = frozenset(
    {
        *("reading_refused", "figures_stale", "status_unknown", "bill_unreadable", "currency_differs"),
        *("signals_held", "store_elsewhere"),
        *("too_late_to_begin", "nothing_more_in_time"),
    }
)
# What only staff hear of: it may be the merchant who made it so.
STAFF_ONLY = UNSETTLING | {PAYMENT_CONTRADICTED}
# Until then the figures, or a consent to read them, still matter.
READ_FOR_PROGRESS = SPEND_IS_READ | {Stage.NOT_ADMITTED, Stage.AWAITING_SETUP, Stage.AWAITING_LINK}
READ_AT_ALL = READ_FOR_PROGRESS | {Stage.DUE, Stage.ISSUED}
OF_LOSS = {
    "withdrawn": "consent_withdrawn",
    "expired": "consent_expired",
    "unreachable": "account_unreachable",
    "missing": "account_missing",
}


@dataclass(frozen=True)
class Observations:
    """What the service sees of a store beside its facts."""

    discrepancies: tuple[str, ...] = ()  # domain/discrepancies.py
    reading: ReadingFault | None = None
    is_stale: bool = False  # the figures were not read when their turn was
    shop: str | None = None  # wp_bridge.errors.StoreTrouble
    is_held: bool = False  # its newest message names another address, whatever the stage
    other_address: str | None = None  # that its shop or its messages name
    webhooks: tuple[str, ...] = ()  # domain/store_webhooks.py
    clock_skew: int | None = None  # seconds the store's clock is ahead of ours, where that is too much
    fell_back: bool = False  # its signals count from an earlier number, and its state was not read since
    place_until: datetime | None = None  # its place in a capped offer is reserved
    has_left: bool = False  # we, or its merchant, disconnected it


@dataclass(frozen=True)
class FoundTrouble:
    """A trouble with what its sentence speaks of, and since when it was noticed (None: just now)."""

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None

    @property
    def who(self) -> Actor:
        return TROUBLES[self.id]

    @property
    def concerns_merchant(self) -> bool:
        return self.who is Actor.MERCHANT or self.id in TOLD_TO_MERCHANTS


def troubles_of(
    decision: Decision,
    observed: Observations = Observations(),
    since: Mapping[str, datetime] | None = None,
) -> tuple[FoundTrouble, ...]:
    """Return a store's troubles, the most urgent first; `since` by id, as far as it was noticed before.

    Of a store that has left, only what concerns its award is left to do.
    """
    found = {trouble.id: trouble for trouble in _of_the_award(decision)}
    if not observed.has_left:
        found |= {trouble.id: trouble for trouble in _of_progress(decision, observed)}
    known = since or {}
    return tuple(FoundTrouble(id, found[id].params, known.get(id)) for id in TROUBLES if id in found)


def _of_progress(decision: Decision, observed: Observations) -> Iterator[FoundTrouble]:
    yield from _of_the_account(decision, observed)
    yield from _of_the_store(decision, observed)
    for warned in decision.warnings:
        yield FoundTrouble(warned.id, warned.params)


def _of_the_award(decision: Decision) -> Iterator[FoundTrouble]:
    award = decision.award
    if isinstance(award, RecordedAward):
        if is_overdue(award.state, award.due_by, decision.award_today):
            yield FoundTrouble("award_overdue", {"due_by": award.due_by})
        if award.flags:
            yield FoundTrouble("award_flagged")
    elif decision.stage is Stage.HELD:
        yield FoundTrouble("award_held")


def _of_the_account(decision: Decision, observed: Observations) -> Iterator[FoundTrouble]:
    account, stage = decision.account, decision.stage
    if account is None:
        return
    loss = consent_loss(account)
    if loss is not None and stage in READ_FOR_PROGRESS:
        if loss in OF_LOSS:
            yield FoundTrouble(OF_LOSS[loss])
    elif loss is None and stage in READ_AT_ALL:
        yield from _of_readings(observed)
    for discrepancy in observed.discrepancies:  # whatever the stage: it may rest on them
        yield FoundTrouble(discrepancy)
    if stage in READ_FOR_PROGRESS:
        if decision.spend is not None and decision.spend.bill_in_doubt:
            yield FoundTrouble("bill_unreadable")
        reasons = {rule.reason: rule.params for rule in decision.rules}
        if (params := reasons.get("good_standing.unknown.status.new")) is not None:
            yield FoundTrouble("status_unknown", params)


def _of_readings(observed: Observations) -> Iterator[FoundTrouble]:
    if observed.reading is ReadingFault.REFUSED:
        yield FoundTrouble("reading_refused")
    elif observed.reading is ReadingFault.CURRENCY:
        yield FoundTrouble("currency_differs")
    elif observed.is_stale:
        yield FoundTrouble("figures_stale")
    if observed.reading is ReadingFault.INCOMPLETE:
        yield FoundTrouble("figures_incomplete")


def _of_the_store(decision: Decision, observed: Observations) -> Iterator[FoundTrouble]:
    lost = LostSignals.HELD if observed.is_held else decision.lost_signals
    named = {"address": observed.other_address} if observed.other_address else {}
    if lost is not None:
        yield FoundTrouble(f"signals_{lost}", named if lost is LostSignals.HELD else {})
    if observed.fell_back:
        yield FoundTrouble("signals_fell_back")
    if any(rule.reason == "merchant_once.unknown" for rule in decision.rules):
        yield FoundTrouble("merchants_alike")
    if observed.shop is not None and not (lost is LostSignals.HELD and observed.shop == "elsewhere"):
        yield FoundTrouble(f"store_{observed.shop}")
    for webhook in observed.webhooks:
        yield FoundTrouble(f"webhook_{webhook}")
    if observed.clock_skew is not None:
        skew = observed.clock_skew
        yield FoundTrouble(
            "clock_ahead" if skew > 0 else "clock_behind", {"skew": timedelta(seconds=abs(skew))}
        )
    if observed.place_until is not None:
        yield FoundTrouble("place_reserved", {"until": observed.place_until})
