"""Made-up ad accounts: what each spent on which date, and from when TikTok would show it.

How long TikTok's figures take is on its "Data latency" page (portal id 1738864894606337). Here
a date's money is spent in the first instant of that date, in the account's own time zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

SPEND_AFTER = timedelta(hours=1)
NET_COST_AFTER = timedelta(hours=11)
CASH_SPLIT_AFTER = timedelta(hours=24)  # after the date's end
DAILY_FIX = time(12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class AccountDay:
    """One date's money in the account's currency: paid by cash, covered by ad credit.

    `restated` is the cash amount TikTok corrects itself to: in its daily fix, 12:00 UTC the next day, or
    at `restated_at`.
    """

    cash: Decimal
    credit: Decimal = Decimal(0)
    restated: Decimal | None = None
    restated_at: datetime | None = None


@dataclass(frozen=True)
class AccountPayment:
    """A row of the account's ledger, there from `at` on; amounts in the account's currency, without sign.

    `type` and `billing` are TikTok's words: a paid bill is BILL_PAYMENT with CASH, granted ad credit is
    PROMOTION_ISSUED with CREDIT.
    """

    at: datetime
    subtotal: Decimal
    tax: Decimal = Decimal(0)
    type: str = "BILL_PAYMENT"
    billing: str = "CASH"


@dataclass(frozen=True)
class Figures:
    """A date's metrics as they stand at a moment; None is not there yet."""

    spend: Decimal
    billed_cost: Decimal | None
    cash_spend: Decimal | None
    voucher_spend: Decimal | None


@dataclass(frozen=True)
class SandboxAccount:
    """An ad account, the token that reaches it, and its past (and coming) dates.

    `timezone` and `display_timezone` are zone names as TikTok gives them; the first that is set, from
    the right, rules the dates. `created_at` is aware. From `revoked_at` on an account is out of its token's
    reach. `payments` are kept in order and only ever grow at the end: a row's position is in its id. They are
    shown to a token whose user `reads_finance` of the Business Center.
    """

    advertiser_id: str
    name: str
    token: str = field(repr=False)
    status: str = "STATUS_ENABLE"
    country: str = "US"
    currency: str = "USD"
    timezone: str = "Etc/GMT+5"
    display_timezone: str = "America/New_York"
    created_at: datetime = datetime(2025, 11, 1, tzinfo=UTC)
    business_center: str = ""
    days: Mapping[date, AccountDay] = field(default_factory=dict)
    payments: Sequence[AccountPayment] = ()
    reads_finance: bool = True
    revoked_at: datetime | None = None

    def figures(self, day: date, now: datetime) -> Figures | None:
        """Return what a report shows for a date at `now`; None when there is no row (yet)."""
        money = self.days.get(day)
        start, end = self._start_of(day), self._start_of(day + timedelta(days=1))
        if money is None or money.cash + money.credit == 0 or now < start + SPEND_AFTER:
            return None
        fixed = money.restated is not None and now >= (money.restated_at or _daily_fix(day))
        cash = money.restated if fixed and money.restated is not None else money.cash
        split = now >= end + CASH_SPLIT_AFTER
        return Figures(
            spend=cash + money.credit,
            billed_cost=cash if now >= start + NET_COST_AFTER else None,
            cash_spend=cash if split else None,
            voucher_spend=money.credit if split else None,
        )

    def _start_of(self, day: date) -> datetime:
        zone = ZoneInfo(self.display_timezone or self.timezone)
        return datetime.combine(day, time(0), zone).astimezone(UTC)


def _daily_fix(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), DAILY_FIX)
