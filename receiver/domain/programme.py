"""The terms of one offer as dated data, and the contradictions within a set of terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from receiver.domain.calendar import Window, final_at
from receiver.domain.platforms import ShopPlatform

COUNTRY_ALIASES = {"UK": "GB"}  # the terms say UK; ISO 3166 says GB


class Anchor(StrEnum):
    """The event that gives the first date of a window."""

    FIRST_CASH = "first_cash"
    SET_UP = "set_up"
    REGISTRATION = "registration"


@dataclass(frozen=True)
class Tier:
    """A tier: spend of at least `threshold` earns `credit`; both in the market's currency."""

    threshold: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Market:
    """A country the offer is open to."""

    country: str  # ISO 3166 alpha-2
    currency: str  # ISO 4217
    tiers: tuple[Tier, ...]  # thresholds rising


@dataclass(frozen=True)
class Programme:
    """The terms of an offer; no code repeats one of these values."""

    id: str
    title: str
    platform: str
    source: str  # where the terms were published, and when they were read
    opens: date  # UTC dates, both included
    closes: date
    credit_expires: date  # end of day in the ad account's zone
    capacity: int | None  # merchants admitted; None: no cap
    prior_spend_days: int
    credit_within_days: int
    bill_grace_days: int
    bills_must_be_paid_in_window: bool
    accept_net_cost: bool
    window_days: int
    anchor: Anchor
    markets: tuple[Market, ...]
    terms_url: str | None = None  # where a merchant reads them

    def market(self, country: str | None) -> Market | None:
        """Return the market of a country (`UK` is `GB`); None where the offer is not open to it."""
        name = COUNTRY_ALIASES.get(country or "", country)
        return next((market for market in self.markets if market.country == name), None)


@dataclass(frozen=True)
class Contradiction:
    """A field of the terms that cannot be right, with the reason."""

    field: str
    problem: str


def contradictions(programme: Programme) -> Iterator[Contradiction]:
    """Yield the contradictions that make these terms impossible to apply; none for sound ones."""
    if programme.closes < programme.opens:
        yield Contradiction("closes", f"{programme.closes} is before opens, {programme.opens}")
    if programme.credit_expires < programme.closes:
        yield Contradiction(
            "credit_expires", f"{programme.credit_expires} is before closes, {programme.closes}"
        )
    for field, least in (("window_days", 1), ("prior_spend_days", 1), ("credit_within_days", 0)):
        if getattr(programme, field) < least:
            yield Contradiction(_path(field), f"must be {least} or more")
    if programme.prior_spend_days > 365:
        yield Contradiction("prior_spend_days", "must be 365 or less: TikTok reports no longer range at once")
    if programme.bill_grace_days < 0:
        yield Contradiction("bill_grace_days", "must be 0 or more")
    if programme.platform not in set(ShopPlatform):
        platforms = ", ".join(ShopPlatform)
        yield Contradiction("platform", f"{programme.platform!r} is not served here; there is {platforms}")
    if programme.capacity is not None and programme.capacity < 1:
        yield Contradiction("capacity", "must be 1 or more; leave it out for no cap")
    if not programme.markets:
        yield Contradiction("markets", "must name at least one market")
    for number, market in enumerate(programme.markets):
        yield from _market_contradictions(f"markets[{number}]", market, programme.markets[:number])


def _market_contradictions(path: str, market: Market, before: tuple[Market, ...]) -> Iterator[Contradiction]:
    if any(other.country == market.country for other in before):
        yield Contradiction(f"{path}.country", f"{market.country} is listed twice")
    if not market.tiers:
        yield Contradiction(f"{path}.tiers", "must hold at least one tier")
    for number, tier in enumerate(market.tiers):
        where = f"{path}.tiers[{number}]"
        if tier.threshold <= 0 or tier.credit <= 0:
            yield Contradiction(where, "threshold and credit must be above 0")
        if number and tier.threshold <= market.tiers[number - 1].threshold:
            yield Contradiction(f"{where}.threshold", "must be above the tier before it")
        if number and tier.credit <= market.tiers[number - 1].credit:
            yield Contradiction(f"{where}.credit", "must be above the credit of the tier before it")


def outlives_credit(programme: Programme) -> bool:
    """Return whether a window that begins on the last day becomes final only after the credit has expired."""
    last = Window.of(programme.closes, programme.window_days).last
    return final_at(last, ZoneInfo("UTC")).date() > programme.credit_expires


def is_over(programme: Programme, as_of: datetime) -> bool:
    """Return whether nothing can be credited any more under these terms (by UTC date)."""
    return as_of.astimezone(UTC).date() > programme.credit_expires + timedelta(days=1)


def _path(field: str) -> str:
    return "window.days" if field == "window_days" else field
