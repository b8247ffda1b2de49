"""A TikTok for polling: answers from tables, faults on demand, and a record of the calls."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from receiver.domain.calendar import local_date
from receiver.errors import ProviderError
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.finance import Balance
from receiver.integrations.tiktok.reports import ReportedDay
from receiver.integrations.tiktok.transactions import LedgerTransaction

INFO = AdvertiserInfo(
    advertiser_id="7001",
    name="Example",
    status="STATUS_ENABLE",
    country="US",
    currency="USD",
    timezone="America/New_York",
    created_at=datetime(2025, 10, 31, 9, tzinfo=UTC),
    owner_bc_id="6001",
)


def day(of: date, amount: str) -> ReportedDay:
    net = Decimal(amount)
    return ReportedDay(of, net, net, net, Decimal(0), "USD")


class FakeTikTok:
    """Answers from a table of days, or raises `fault`; `calls` has every call in order."""

    def __init__(self, *days: ReportedDay) -> None:
        self.days = list(days)
        self.info = INFO
        self.fault: ProviderError | None = None
        self.prior: Decimal | None = Decimal(0)
        self.ledger: list[LedgerTransaction] = []
        self.ledger_fault: ProviderError | None = None
        self.account_balances: list[Balance] | ProviderError = []
        self.calls: list[tuple[object, ...]] = []

    def urgently(self):
        return self

    def _record_call(self, *call: object) -> None:
        self.calls.append(call)
        if self.fault:
            raise self.fault

    def advertiser_info(self, token, advertiser_ids):
        self._record_call("info", token, *advertiser_ids)
        return [self.info]

    def daily_spend(self, token, advertiser_id, first, last):
        self._record_call("days", first, last)
        return [row for row in self.days if first <= row.date <= last]

    def total_spend(self, token, advertiser_id, first, last):
        self._record_call("total", first, last)
        return self.prior

    def balances(self, token, bc_id, advertiser_id=None):
        self._record_call("balance", bc_id, advertiser_id)
        if isinstance(self.account_balances, ProviderError):
            raise self.account_balances
        return list(self.account_balances)

    def transactions(self, token, bc_id, advertiser_id, first, last):
        self._record_call("ledger", bc_id, first, last)
        if self.ledger_fault:
            raise self.ledger_fault
        zone = ZoneInfo(self.info.timezone)
        return [row for row in self.ledger if row.at is None or first <= local_date(row.at, zone) <= last]


def paid_bill(
    number: int, at: datetime | None, amount: str = "100.00", **changes: object
) -> LedgerTransaction:
    """Build a bill paid by cash; the number tells it from others."""
    valid = {"type": "BILL_PAYMENT", "billing": "CASH", "tax": Decimal("20.00"), "currency": "USD"}
    return LedgerTransaction(id=str(number), subtotal=Decimal(amount), at=at, **{**valid, **changes})  # type: ignore[arg-type]
