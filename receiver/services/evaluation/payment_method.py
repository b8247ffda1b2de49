"""Gathers how an account pays: what staff recorded, else what its ledger shows; and what contradicts it."""

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
from receiver.domain.payment import option_of
from receiver.domain.staff_facts import StaffFactName
from receiver.services.evaluation.bills import Bills
from receiver.storage import tables


@dataclass(frozen=True)
class PaymentOption:
    """The option that decisions rest on, who says it (None: staff, or nobody), and what contradicts it."""

    option: Payment
    said_by: Source | None = None
    discrepancies: tuple[str, ...] = ()


def gather_payment(
    recorded: Mapping[str, tables.RecordedFact],
    account: tables.Account | None,
    bills: Bills,
    days: Iterable[DaySpend],
) -> PaymentOption:
    """Return the payment option: a fact of staff, else the ledger's; unknown where figures contradict."""
    shown = option_of(bills.payments, ledger_whole=bills.whole)
    option = option_said(recorded, bills)
    discrepancies = _discrepancies_of_figures(account, days, option)
    if StaffFactName.PAYMENT in recorded and contradicts(option, shown):
        discrepancies |= {Discrepancy.PAYMENT_CONTRADICTED}
    if discrepancies & UNSETTLING:
        return PaymentOption(Payment.UNKNOWN, Source.SERVICE, tuple(sorted(discrepancies)))
    is_shown = StaffFactName.PAYMENT not in recorded and shown is not Payment.UNKNOWN
    return PaymentOption(option, Source.TIKTOK if is_shown else None, tuple(sorted(discrepancies)))


def option_said(recorded: Mapping[str, tables.RecordedFact], bills: Bills) -> Payment:
    """Return what staff recorded ("unknown" too), else what the ledger shows."""
    if StaffFactName.PAYMENT in recorded:
        return Payment(recorded[StaffFactName.PAYMENT].value or Payment.UNKNOWN)
    return option_of(bills.payments, ledger_whole=bills.whole)


def _discrepancies_of_figures(
    account: tables.Account | None, days: Iterable[DaySpend], option: Payment
) -> frozenset[str]:
    if account is None or account.timezone is None or account.spend_read_at is None:
        return frozenset()
    return figure_discrepancies(final_days(days, ZoneInfo(account.timezone), account.spend_read_at), option)
