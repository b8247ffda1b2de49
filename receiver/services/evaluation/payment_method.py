"""The payment option of an account: as staff recorded it, else as its ledger shows; and discrepancies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from receiver.domain.discrepancies import (
    UNSETTLING,
    Discrepancy,
    contradicts,
    figure_discrepancies,
    final_days,
)
from receiver.domain.facts import DaySpend, Payment, Source
from receiver.domain.payment import derive_payment
from receiver.domain.staff_facts import StaffFactName
from receiver.services.evaluation.bills import Bills
from receiver.storage import tables


@dataclass(frozen=True)
class PaymentOption:
    """The option that decisions rest on, its source (None: staff, or nobody), and what contradicts it."""

    option: Payment
    source: Source | None = None
    discrepancies: tuple[str, ...] = ()


def gather_payment(
    recorded: Mapping[str, tables.RecordedFact],
    account: tables.Account | None,
    bills: Bills,
    days: Iterable[DaySpend],
) -> PaymentOption:
    """Return the payment option that staff recorded, else the ledger's, with its discrepancies.

    It is unknown where the account's own figures contradict it.
    """
    ledger_option = derive_payment(bills.payments, ledger_whole=bills.whole)
    option = recorded_or_ledger_option(recorded, bills)
    discrepancies = _discrepancies_of_figures(account, days, option)
    if StaffFactName.PAYMENT in recorded and contradicts(option, ledger_option):
        discrepancies |= {Discrepancy.PAYMENT_CONTRADICTED}
    if discrepancies & UNSETTLING:
        return PaymentOption(Payment.UNKNOWN, Source.SERVICE, tuple(sorted(discrepancies)))
    from_ledger = StaffFactName.PAYMENT not in recorded and ledger_option is not Payment.UNKNOWN
    return PaymentOption(option, Source.TIKTOK if from_ledger else None, tuple(sorted(discrepancies)))


def recorded_or_ledger_option(recorded: Mapping[str, tables.RecordedFact], bills: Bills) -> Payment:
    """Return the payment option that staff recorded ("unknown" too), else the ledger's."""
    if StaffFactName.PAYMENT in recorded:
        return Payment(recorded[StaffFactName.PAYMENT].value or Payment.UNKNOWN)
    return derive_payment(bills.payments, ledger_whole=bills.whole)


def _discrepancies_of_figures(
    account: tables.Account | None, days: Iterable[DaySpend], option: Payment
) -> frozenset[str]:
    if account is None or account.timezone is None or account.spend_read_at is None:
        return frozenset()
    return figure_discrepancies(final_days(days, ZoneInfo(account.timezone), account.spend_read_at), option)
