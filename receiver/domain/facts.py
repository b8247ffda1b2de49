"""The facts about a store, its ad account, history, spend and bills; None is unknown, unless noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from receiver.domain.awards import AwardDelivery, AwardState, BlockCause
from receiver.domain.calendar import local_date

# Facts that grow between readings, so that an answer also depends on when they were read.
GROWING = ("spend", "payments")


class Payment(StrEnum):
    """The payment option of an ad account."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """The source of a fact."""

    WOOCOMMERCE = "woocommerce"
    PLUGIN = "companion plugin"
    TIKTOK = "tiktok"
    STAFF = "staff"
    SERVICE = "service"  # this service, which counted or saw it itself
    PROGRAMME = "programme"  # the terms


class Outcome(StrEnum):
    """The outcome of a rule."""

    PASS = "pass"  # noqa: S105 (a rule's answer, no password)
    FAIL = "fail"
    PENDING = "pending"
    UNKNOWN = "unknown"


class ConsentLoss(StrEnum):
    """The reason why an ad account cannot be read any more, though its advertiser once consented."""

    WITHDRAWN = "withdrawn"  # TikTok takes the token for revoked
    EXPIRED = "expired"  # the token is too old
    RETURNED = "returned"  # our staff gave it back
    UNREACHABLE = "unreachable"  # the token stands, and does not reach this account
    MISSING = "missing"  # TikTok knows no such account


class LostSignals(StrEnum):
    """The reason why the newest signals of a store could not be used."""

    REFUSED = "refused"  # its signature does not fit
    UNREADABLE = "unreadable"  # it is signed, and no signal that we can read
    OUTDATED = "outdated"  # it is of a version of our plugin that is too old to be read
    HELD = "held"  # it comes from another address than the store's


@dataclass(frozen=True)
class StoreProfile:
    """The facts about a store."""

    id: str
    merchant: str | None
    country: str | None
    joined_at: datetime | None
    admitted: bool | None
    set_up_at: datetime | None  # None: not yet


@dataclass(frozen=True)
class AccountProfile:
    """The facts about an ad account."""

    advertiser_id: str | None
    business_center: str | None
    country: str | None
    currency: str | None
    timezone: str | None  # IANA name
    created_at: datetime | None
    linked_at: datetime | None  # None: not yet
    linked_at_exact: bool | None
    consent: bool | None
    status: str | None
    payment: Payment
    consent_lost: ConsentLoss | None = None  # None: it stands, was never given, or nobody knows why

    @property
    def was_consented(self) -> bool:
        """Return whether the advertiser ever let us read the account."""
        return self.consent is not None or self.consent_lost is not None

    @property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.timezone) if self.timezone else None


@dataclass(frozen=True)
class Override:
    """An outcome that staff put in a rule's place."""

    outcome: Outcome  # pass or fail
    reason: str
    by: str


@dataclass(frozen=True)
class History:
    """The history of store, account and merchant, as rules need it."""

    prior_spend: Decimal | None  # gross, of the programme's prior_spend_days before the link date
    set_up_before: bool | None
    merchant_awards: int | None  # other awards of the programme
    account_awards: int | None
    business_center_awards: int | None
    conflicting_promotion: bool | None
    foreign_credit_issued: bool | None
    policy_violation: bool | None
    safety_flag: bool | None
    overrides: Mapping[str, Override] = field(default_factory=dict)


class DaySpend(NamedTuple):
    """One date's figures in the account's currency; None: TikTok has no figure (yet)."""

    date: date
    spend: Decimal | None  # gross: everything, whatever paid it
    billed_cost: Decimal | None  # less ad credit and coupons
    cash_spend: Decimal | None  # paid by cash
    voucher_spend: Decimal | None  # paid by ad credit


@dataclass(frozen=True)
class BilledTransaction:
    """A row of the account's payments."""

    type: str | None  # BILL_PAYMENT, REFUND, …
    billing: str | None  # CASH, or CREDIT for ad credit
    subtotal: Decimal | None  # without tax
    tax: Decimal | None
    at: datetime | None


@dataclass(frozen=True)
class RecordedAward:
    """An award already recorded; the stage follows it."""

    id: str | None
    state: AwardState
    credit: Decimal
    currency: str
    decided_at: datetime | None
    due_by: date | None
    delivery: AwardDelivery | None
    reference: str | None
    flags: tuple[str, ...] = ()  # that hold now
    cleared_flags: Mapping[str, datetime] = field(default_factory=dict)  # since when they hold no longer
    credited_at: datetime | None = None
    timezone: str | None = None  # in which `due_by` is a date; None: the account's
    remaining: Decimal | None = None  # of its credit, where TikTok's balance tells it
    block_cause: BlockCause | None = None  # of a blocked one; None: it was blocked before causes were kept

    def date_of(self, at: datetime, otherwise: date) -> date:
        """Return the date to compare with `due_by`; `otherwise` where no zone was recorded."""
        return local_date(at, ZoneInfo(self.timezone)) if self.timezone else otherwise


@dataclass(frozen=True)
class Facts:
    """All facts about one store that a decision rests on."""

    store: StoreProfile
    account: AccountProfile | None  # None: not yet
    history: History
    spend: tuple[DaySpend, ...] = ()
    payments: tuple[BilledTransaction, ...] = ()
    bills_readable: bool | None = None
    paid_bills_confirmed: bool | None = None
    award: RecordedAward | None = None
    lost_signals: LostSignals | None = None  # None: nothing newer than what is known was lost
    discrepancies: tuple[str, ...] = ()  # domain/discrepancies.py: for staff; no answer rests on them
    # The account the store names without its advertiser's consent: nothing rests on it but what to do next.
    claimed_account: str | None = None
    # By a date's path, what the store asserts where that was bounded (domain/claims.py); shown, never used.
    claimed_dates: Mapping[str, datetime] = field(default_factory=dict)
    # By a fact's path in the facts document: `account.consent`, `spend`, `history.overrides.admission`.
    read_at: Mapping[str, datetime] = field(default_factory=dict)  # when it was read or recorded, if told
    sources: Mapping[str, Source] = field(default_factory=dict)  # who said it, if not who usually does

    def known_until(self, path: str, as_of: datetime) -> datetime:
        """Return the moment up to which a fact holds: when it was last read, but never after `as_of`."""
        return min(as_of, self.read_at.get(path, as_of))


def value_at(facts: Facts, path: str) -> Any:
    """Return the fact at a path of the facts document; None also where the part that holds it is missing."""
    value: Any = facts
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    return value


def as_known_at(facts: Facts, as_of: datetime) -> Facts:
    """Return the facts without what had not happened by `as_of`; spend is sorted by date."""
    account, today = facts.account, date_for(facts.account, as_of)
    return replace(
        facts,
        store=_without_later(facts.store, as_of, "joined_at", "set_up_at"),
        account=account and _without_later(account, as_of, "created_at", "linked_at"),
        spend=tuple(sorted((day for day in facts.spend if day.date <= today), key=lambda day: day.date)),
        payments=tuple(row for row in facts.payments if row.at is None or row.at <= as_of),
        award=facts.award if facts.award is None or _is_recorded(facts.award, as_of) else None,
    )


Part = TypeVar("Part", StoreProfile, AccountProfile)


def _without_later(part: Part, as_of: datetime, *names: str) -> Part:
    """Clear those of the named moments that lie after `as_of`."""
    later: dict[str, Any] = {name: None for name in names if _is_later(getattr(part, name), as_of)}
    return replace(part, **later) if later else part


def _is_later(at: datetime | None, as_of: datetime) -> bool:
    return at is not None and at > as_of


def _is_recorded(award: RecordedAward, as_of: datetime) -> bool:
    return award.decided_at is None or award.decided_at <= as_of


def date_for(account: AccountProfile | None, at: datetime) -> date:
    """Return the date in the account's zone; in UTC without an account, or where its zone is unknown."""
    return local_date(at, account.zone) if account and account.zone else utc_date(at)


def utc_date(at: datetime) -> date:
    """Return the date of a moment in UTC."""
    return at.astimezone(UTC).date()
