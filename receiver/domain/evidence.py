"""Which facts a rule rests on: their values, who said so, and when they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from receiver.domain.case import Case
from receiver.domain.facts import Payment
from receiver.domain.spend import Spend


@dataclass(frozen=True)
class Evidence:
    """One fact a rule used: its value, who said so, and when it was read (None: not told)."""

    fact: str
    value: Any
    source: str
    read_at: datetime | None = None


# For each rule the facts it rests on: (fact, where, field, source).
_EVIDENCE: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    "programme_open": (("joined", "store", "joined_at", "service"),),
    "admission": (("admitted", "store", "admitted", "service"),),
    "integration_set_up": (("set up", "store", "set_up_at", "companion plugin"),),
    "first_set_up": (("set up before", "history", "set_up_before", "service"),),
    "account_linked": (
        ("linked", "account", "linked_at", "companion plugin"),
        ("consent", "account", "consent", "tiktok"),
    ),
    "store_market": (("store country", "store", "country", "woocommerce"),),
    "account_market": (("account country", "account", "country", "tiktok"),),
    "account_currency": (("account currency", "account", "currency", "tiktok"),),
    "not_yet_advertising": (
        ("account created", "account", "created_at", "tiktok"),
        ("prior spend", "history", "prior_spend", "tiktok"),
        ("link date exact", "account", "linked_at_exact", "companion plugin"),
    ),
    "merchant_once": (("merchant's other awards", "history", "merchant_awards", "service"),),
    "account_once": (
        ("account's other awards", "history", "account_awards", "service"),
        ("business center's other awards", "history", "business_center_awards", "service"),
    ),
    "no_conflicting_promotion": (
        ("conflicting promotion", "history", "conflicting_promotion", "staff"),
        ("foreign credit issued", "history", "foreign_credit_issued", "tiktok"),
    ),
    "good_standing": (
        ("safety flag", "history", "safety_flag", "staff"),
        ("policy violation", "history", "policy_violation", "staff"),
        ("account status", "account", "status", "tiktok"),
    ),
    "spend_reached": (),
    "credit_in_time": (),
}


def evidence_for(case: Case, rule_id: str) -> tuple[Evidence, ...]:
    groups = {"store": case.facts.store, "account": case.account, "history": case.facts.history}
    found = [
        Evidence(
            fact,
            getattr(groups[where], name),
            source,
            case.facts.read_at.get(name, case.facts.read_at.get(where)),
        )
        for fact, where, name, source in _EVIDENCE[rule_id]
        if groups[where] is not None
    ]
    if rule_id == "spend_reached" and case.spend is not None:
        found += _spend_evidence(case, case.spend)
    if rule_id == "credit_in_time":
        found.append(Evidence("credit expires", case.programme.credit_expires, "programme"))
    return tuple(found)


def _spend_evidence(case: Case, spend: Spend) -> list[Evidence]:
    read_at = case.facts.read_at.get("spend")
    found = [
        Evidence(
            "payment option", spend.payment, "staff" if spend.payment is not Payment.UNKNOWN else "service"
        ),
        Evidence("qualifying spend of final dates", spend.final_qualifying, "tiktok", read_at),
        Evidence("qualifying spend", spend.qualifying, "tiktok", read_at),
    ]
    bills_read_at = case.facts.read_at.get("payments")
    if spend.payment is not Payment.MANUAL:
        found.append(Evidence("bills readable", case.facts.bills_readable, "tiktok", bills_read_at))
    if spend.has_bills:
        found.append(Evidence("paid bills", spend.paid, "tiktok", bills_read_at))
    return found
