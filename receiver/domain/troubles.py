"""The troubles of a store and who must act: behind warnings, the Overview, doctor, metrics and alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from receiver.domain.advice import WarningId
from receiver.domain.awards import is_overdue
from receiver.domain.decision import SPEND_IS_READ, Decision, Stage
from receiver.domain.discrepancies import Discrepancy
from receiver.domain.facts import ConsentLoss, LostSignals, RecordedAward
from receiver.domain.rules import consent_loss

MOVE_IS_NEWS = timedelta(days=14)


class Actor(StrEnum):
    """The party that must act for a trouble to end."""

    MERCHANT = "merchant"
    STAFF = "staff"
    SERVICE = "service"  # those who run it
    NOBODY = "nobody"  # it passes, or only has to be known


class ReadingFault(StrEnum):
    """The reason why an ad account's figures were not read, or not in full, at the last attempt."""

    PASSING = "passing"
    REFUSED = "refused"  # by our own settings or code
    UNREACHABLE = "unreachable"  # the token stands, and does not reach the account
    MISSING = "missing"  # TikTok knows no such account
    CURRENCY = "currency"  # the report's rows are not in the account's currency
    INCOMPLETE = "incomplete"  # dates that had figures are not in the report any more


class TroubleId(StrEnum):
    """A trouble; the most urgent come first.

    After `store_` stands a word of wp_bridge.errors.StoreTrouble, after `webhook_` one of
    domain/store_webhooks.py, after `signals_` one of domain/facts.py.
    """

    AWARD_OVERDUE = "award_overdue"
    AWARD_HELD = "award_held"
    AWARD_FLAGGED = "award_flagged"
    MERCHANTS_ALIKE = "merchants_alike"
    READING_REFUSED = "reading_refused"
    FIGURES_STALE = "figures_stale"
    CURRENCY_DIFFERS = "currency_differs"
    FIGURES_INCOMPLETE = "figures_incomplete"
    STATUS_UNKNOWN = "status_unknown"
    BILL_UNREADABLE = "bill_unreadable"
    FIGURES_APART = "figures_apart"
    NO_CASH_SPEND = "no_cash_spend"
    PAYMENT_CONTRADICTED = "payment_contradicted"
    SIGNALS_REFUSED = "signals_refused"
    SIGNALS_UNREADABLE = "signals_unreadable"
    SIGNALS_OUTDATED = "signals_outdated"
    SIGNALS_HELD = "signals_held"
    SIGNALS_FELL_BACK = "signals_fell_back"
    ACCOUNT_MISSING = "account_missing"
    ACCOUNT_UNREACHABLE = "account_unreachable"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    STORE_UNREACHABLE = "store_unreachable"
    STORE_NOT_HTTPS = "store_not_https"
    STORE_NOT_WORDPRESS = "store_not_wordpress"
    STORE_NO_WOOCOMMERCE = "store_no_woocommerce"
    STORE_NO_PERMALINKS = "store_no_permalinks"
    STORE_NO_KEY_PAGE = "store_no_key_page"
    STORE_KEYS_REFUSED = "store_keys_refused"
    STORE_KEYS_TOO_WEAK = "store_keys_too_weak"
    STORE_BUSY = "store_busy"
    STORE_MALFORMED = "store_malformed"
    STORE_TOO_OLD = "store_too_old"
    STORE_ELSEWHERE = "store_elsewhere"
    STORE_NO_COMPANION = "store_no_companion"
    STORE_DISCONNECTED = "store_disconnected"
    WEBHOOK_PAUSED = "webhook_paused"
    WEBHOOK_MUTE = "webhook_mute"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BEHIND = "clock_behind"
    BILL_DEADLINE = "bill_deadline"
    BEGIN_BY = "begin_by"
    BEGIN_FOR_HIGHEST = "begin_for_highest"
    TOO_LATE_TO_BEGIN = "too_late_to_begin"
    NOTHING_MORE_IN_TIME = "nothing_more_in_time"
    WINDOW_OUTLIVES_CREDIT = "window_outlives_credit"
    PLACE_RESERVED = "place_reserved"
    ADDRESS_CHANGED = "address_changed"
    KEYS_LEFT = "keys_left"


# Who must act, the most urgent first.
TROUBLES: Mapping[TroubleId, Actor] = {
    TroubleId.AWARD_OVERDUE: Actor.STAFF,
    TroubleId.AWARD_HELD: Actor.STAFF,
    TroubleId.AWARD_FLAGGED: Actor.STAFF,
    TroubleId.MERCHANTS_ALIKE: Actor.STAFF,
    TroubleId.READING_REFUSED: Actor.SERVICE,
    TroubleId.FIGURES_STALE: Actor.SERVICE,
    TroubleId.CURRENCY_DIFFERS: Actor.STAFF,
    TroubleId.FIGURES_INCOMPLETE: Actor.STAFF,
    TroubleId.STATUS_UNKNOWN: Actor.STAFF,
    TroubleId.BILL_UNREADABLE: Actor.STAFF,
    TroubleId.FIGURES_APART: Actor.STAFF,
    TroubleId.NO_CASH_SPEND: Actor.STAFF,
    TroubleId.PAYMENT_CONTRADICTED: Actor.STAFF,
    TroubleId.SIGNALS_REFUSED: Actor.STAFF,
    TroubleId.SIGNALS_UNREADABLE: Actor.STAFF,
    TroubleId.SIGNALS_OUTDATED: Actor.MERCHANT,
    TroubleId.SIGNALS_HELD: Actor.STAFF,
    TroubleId.SIGNALS_FELL_BACK: Actor.STAFF,
    TroubleId.ACCOUNT_MISSING: Actor.MERCHANT,
    TroubleId.ACCOUNT_UNREACHABLE: Actor.MERCHANT,
    TroubleId.CONSENT_WITHDRAWN: Actor.MERCHANT,
    TroubleId.CONSENT_EXPIRED: Actor.MERCHANT,
    TroubleId.STORE_UNREACHABLE: Actor.MERCHANT,
    TroubleId.STORE_NOT_HTTPS: Actor.MERCHANT,
    TroubleId.STORE_NOT_WORDPRESS: Actor.MERCHANT,
    TroubleId.STORE_NO_WOOCOMMERCE: Actor.MERCHANT,
    TroubleId.STORE_NO_PERMALINKS: Actor.MERCHANT,
    TroubleId.STORE_NO_KEY_PAGE: Actor.MERCHANT,
    TroubleId.STORE_KEYS_REFUSED: Actor.MERCHANT,
    TroubleId.STORE_KEYS_TOO_WEAK: Actor.MERCHANT,
    TroubleId.STORE_BUSY: Actor.MERCHANT,
    TroubleId.STORE_MALFORMED: Actor.MERCHANT,
    TroubleId.STORE_TOO_OLD: Actor.MERCHANT,
    TroubleId.STORE_ELSEWHERE: Actor.STAFF,
    TroubleId.STORE_NO_COMPANION: Actor.MERCHANT,
    TroubleId.STORE_DISCONNECTED: Actor.MERCHANT,
    TroubleId.WEBHOOK_PAUSED: Actor.MERCHANT,
    TroubleId.WEBHOOK_MUTE: Actor.MERCHANT,
    TroubleId.CLOCK_AHEAD: Actor.MERCHANT,
    TroubleId.CLOCK_BEHIND: Actor.MERCHANT,
    TroubleId.BILL_DEADLINE: Actor.MERCHANT,
    TroubleId.BEGIN_BY: Actor.MERCHANT,
    TroubleId.BEGIN_FOR_HIGHEST: Actor.MERCHANT,
    TroubleId.TOO_LATE_TO_BEGIN: Actor.NOBODY,
    TroubleId.NOTHING_MORE_IN_TIME: Actor.NOBODY,
    TroubleId.WINDOW_OUTLIVES_CREDIT: Actor.MERCHANT,
    TroubleId.PLACE_RESERVED: Actor.MERCHANT,
    TroubleId.ADDRESS_CHANGED: Actor.NOBODY,
    TroubleId.KEYS_LEFT: Actor.MERCHANT,
}
# Advice: a step the merchant should take soon. Nothing is wrong, so nobody else is told.
ADVICE = frozenset(
    {
        *map(TroubleId, WarningId),
        TroubleId.PLACE_RESERVED,
        TroubleId.ADDRESS_CHANGED,
        TroubleId.KEYS_LEFT,
    }
)
# Troubles on our side, or of staff, that merchants read of, too: they concern what merchants see.
TOLD_TO_MERCHANTS = frozenset(
    {
        TroubleId.READING_REFUSED,
        TroubleId.FIGURES_STALE,
        TroubleId.STATUS_UNKNOWN,
        TroubleId.BILL_UNREADABLE,
        TroubleId.CURRENCY_DIFFERS,
        TroubleId.SIGNALS_HELD,
        TroubleId.STORE_ELSEWHERE,
        TroubleId.TOO_LATE_TO_BEGIN,
        TroubleId.NOTHING_MORE_IN_TIME,
        TroubleId.ADDRESS_CHANGED,
    }
)
# Shown to staff alone: the merchant may be the cause.
STAFF_ONLY = frozenset(TroubleId(item) for item in Discrepancy)
# The stages in which the figures, or a consent to read them, still matter.
READ_FOR_PROGRESS = SPEND_IS_READ | {Stage.NOT_ADMITTED, Stage.AWAITING_SETUP, Stage.AWAITING_LINK}
READ_AT_ALL = READ_FOR_PROGRESS | {Stage.DUE, Stage.ISSUED}
OF_LOSS: Mapping[str, TroubleId] = {
    ConsentLoss.WITHDRAWN: TroubleId.CONSENT_WITHDRAWN,
    ConsentLoss.EXPIRED: TroubleId.CONSENT_EXPIRED,
    ConsentLoss.UNREACHABLE: TroubleId.ACCOUNT_UNREACHABLE,
    ConsentLoss.MISSING: TroubleId.ACCOUNT_MISSING,
}


@dataclass(frozen=True)
class AddressChange:
    """A store's last move to another address, by itself or by staff."""

    at: datetime
    old: str
    address: str

    def is_news(self, now: datetime) -> bool:
        """Return whether the merchant is still told of the move."""
        return now - self.at < MOVE_IS_NEWS


@dataclass(frozen=True)
class Observations:
    """The service's own observations of a store, beside its facts."""

    discrepancies: tuple[str, ...] = ()  # domain/discrepancies.py
    reading: ReadingFault | None = None
    is_stale: bool = False  # the figures were not read when they were due
    shop: str | None = None  # wp_bridge.errors.StoreTrouble
    is_held: bool = False  # its newest message names another address, whatever the stage
    other_address: str | None = None  # that its shop or its messages name
    webhooks: tuple[str, ...] = ()  # domain/store_webhooks.py
    clock_skew: int | None = None  # seconds the store's clock is ahead of ours, where that is too much
    fell_back: bool = False  # its signals count from an earlier number, and its state was not read since
    place_until: datetime | None = None  # its place in a capped offer is reserved
    has_left: bool = False  # we, or its merchant, disconnected it
    address_change: AddressChange | None = None
    keys_left_at: datetime | None = None  # since when keys that we gave up stand at the shop


@dataclass(frozen=True)
class ActiveTrouble:
    """A trouble with the parameters of its sentence, and since when it was noticed (None: just now)."""

    id: TroubleId
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
    observations: Observations = Observations(),
    since: Mapping[str, datetime] | None = None,
) -> tuple[ActiveTrouble, ...]:
    """Return a store's troubles, the most urgent first.

    `since`: when each was first noticed, by its id. A store that has left only has troubles with its award,
    and with keys of ours that are still at the shop.
    """
    troubles = {trouble.id: trouble for trouble in _award_troubles(decision)}
    if not observations.has_left:
        troubles |= {trouble.id: trouble for trouble in _progress_troubles(decision, observations)}
    elif observations.keys_left_at is not None:
        troubles[TroubleId.KEYS_LEFT] = ActiveTrouble(TroubleId.KEYS_LEFT)
    since_by_id = since or {}
    return tuple(
        ActiveTrouble(id, troubles[id].params, since_by_id.get(id)) for id in TROUBLES if id in troubles
    )


def _progress_troubles(decision: Decision, observations: Observations) -> Iterator[ActiveTrouble]:
    yield from _account_troubles(decision, observations)
    yield from _store_troubles(decision, observations)
    for warning in decision.warnings:
        yield ActiveTrouble(TroubleId(warning.id), warning.params)


def _award_troubles(decision: Decision) -> Iterator[ActiveTrouble]:
    award = decision.award
    if isinstance(award, RecordedAward):
        if is_overdue(award.state, award.due_by, decision.award_today):
            yield ActiveTrouble(TroubleId.AWARD_OVERDUE, {"due_by": award.due_by})
        if award.flags:
            yield ActiveTrouble(TroubleId.AWARD_FLAGGED)
    elif decision.stage is Stage.HELD:
        yield ActiveTrouble(TroubleId.AWARD_HELD)


def _account_troubles(decision: Decision, observations: Observations) -> Iterator[ActiveTrouble]:
    account, stage = decision.account, decision.stage
    if account is None:
        return
    loss = consent_loss(account)
    if loss is not None and stage in READ_FOR_PROGRESS:
        if loss in OF_LOSS:
            yield ActiveTrouble(OF_LOSS[loss])
    elif loss is None and stage in READ_AT_ALL:
        yield from _reading_troubles(observations)
    for discrepancy in observations.discrepancies:  # whatever the stage: it may rest on them
        yield ActiveTrouble(TroubleId(discrepancy))
    if stage in READ_FOR_PROGRESS:
        if decision.spend is not None and decision.spend.bill_in_doubt:
            yield ActiveTrouble(TroubleId.BILL_UNREADABLE)
        reasons = {rule.reason: rule.params for rule in decision.rules}
        if (params := reasons.get("good_standing.unknown.status.new")) is not None:
            yield ActiveTrouble(TroubleId.STATUS_UNKNOWN, params)


def _reading_troubles(observations: Observations) -> Iterator[ActiveTrouble]:
    if observations.reading is ReadingFault.REFUSED:
        yield ActiveTrouble(TroubleId.READING_REFUSED)
    elif observations.reading is ReadingFault.CURRENCY:
        yield ActiveTrouble(TroubleId.CURRENCY_DIFFERS)
    elif observations.is_stale:
        yield ActiveTrouble(TroubleId.FIGURES_STALE)
    if observations.reading is ReadingFault.INCOMPLETE:
        yield ActiveTrouble(TroubleId.FIGURES_INCOMPLETE)


def _store_troubles(decision: Decision, observations: Observations) -> Iterator[ActiveTrouble]:
    loss = LostSignals.HELD if observations.is_held else decision.lost_signals
    address_params = {"address": observations.other_address} if observations.other_address else {}
    if loss is not None:
        yield ActiveTrouble(TroubleId(f"signals_{loss}"), address_params if loss is LostSignals.HELD else {})
    if observations.fell_back:
        yield ActiveTrouble(TroubleId.SIGNALS_FELL_BACK)
    if any(rule.reason == "merchant_once.unknown" for rule in decision.rules):
        yield ActiveTrouble(TroubleId.MERCHANTS_ALIKE)
    if observations.shop is not None and not (loss is LostSignals.HELD and observations.shop == "elsewhere"):
        yield ActiveTrouble(TroubleId(f"store_{observations.shop}"))
    for webhook in observations.webhooks:
        yield ActiveTrouble(TroubleId(f"webhook_{webhook}"))
    if observations.clock_skew is not None:
        skew = observations.clock_skew
        yield ActiveTrouble(
            TroubleId.CLOCK_AHEAD if skew > 0 else TroubleId.CLOCK_BEHIND,
            {"skew": timedelta(seconds=abs(skew))},
        )
    change = observations.address_change
    if change is not None and change.is_news(decision.as_of):
        yield ActiveTrouble(TroubleId.ADDRESS_CHANGED, {"old": change.old, "address": change.address})
    if observations.place_until is not None:
        yield ActiveTrouble(TroubleId.PLACE_RESERVED, {"until": observations.place_until})
