"""The provenance of each fact about a store: its source, from staff to the service itself, and its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from receiver.domain.facts import Facts, Source, value_at
from receiver.domain.staff_facts import StaffFactName, override_name
from receiver.storage import tables
from receiver.storage.signals import news_from_list

# The facts that a fact of staff stands for, by its name.
RECORDED: Mapping[StaffFactName, tuple[str, ...]] = {
    StaffFactName.PAYMENT: ("account.payment",),
    StaffFactName.PAID_BILLS_CONFIRMED: ("paid_bills_confirmed",),
    StaffFactName.CONFLICTING_PROMOTION: ("history.conflicting_promotion",),
    StaffFactName.POLICY_VIOLATION: ("history.policy_violation",),
    StaffFactName.SAFETY_FLAG: ("history.safety_flag",),
    StaffFactName.LINKED_AT: ("account.linked_at", "account.linked_at_exact"),
    StaffFactName.SET_UP_AT: ("store.set_up_at",),
    StaffFactName.MERCHANT: ("store.merchant",),
}
# What TikTok answers about an ad account, all at once.
DESCRIBED = ("country", "currency", "timezone", "created_at", "status", "business_center")
# What its ledger tells, if TikTok lets us read it.
IN_THE_LEDGER = ("payments", "bills_readable", "history.foreign_credit_issued")
# What the service looks up among its own records whenever it decides.
LOOKED_UP = (
    "history.set_up_before",
    "history.merchant_awards",
    "history.account_awards",
    "history.business_center_awards",
    "history.conflicting_promotion",  # where nobody raised it; likewise the next two
    "history.policy_violation",
    "history.safety_flag",
)


class FactSource(NamedTuple):
    """The time of a fact, and its source where that is not the usual one."""

    at: datetime | None
    by: Source | None = None


FactSources = Mapping[str, FactSource]  # by path in the facts document


def add_provenance(
    facts: Facts,
    store: tables.Store,
    link: tables.Link | None,
    account: tables.Account | None,
    recorded: Mapping[str, tables.RecordedFact],
    payment_source: Source | None,
    now: datetime,
) -> Facts:
    """Return the facts with their sources and times; recorded facts count only while they still hold.

    `payment_source` is TikTok where its ledger shows the option, the service where figures contradict it.
    """
    sources = {
        **{path: FactSource(now, Source.SERVICE) for path in LOOKED_UP},
        **_store_sources(store, now),
        **(_link_sources(link, facts) if link else {}),
        **(_account_sources(account, payment_source) if account else {}),
        **_spend_sources(link, account),
        **_staff_sources(facts, recorded),
    }
    return replace(
        facts,
        read_at={path: source.at for path, source in sources.items() if source.at is not None},
        sources={path: source.by for path, source in sources.items() if source.by is not None},
    )


def _store_sources(store: tables.Store, now: datetime) -> FactSources:
    return {
        "store.joined_at": FactSource(store.created_at),
        "store.merchant": FactSource(store.created_at),
        "store.country": _country(store),
        "store.admitted": FactSource(store.admitted_at or now),
        "store.set_up_at": FactSource(store.set_up_at, Source.SERVICE if store.set_up_claimed_at else None),
    }


def _country(store: tables.Store) -> FactSource:
    """Return the source of the country: read at the store, or typed in when it was added."""
    if store.facts_read_at is not None:
        return FactSource(store.facts_read_at, Source.WOOCOMMERCE)
    return FactSource(store.created_at, Source.STAFF)


def _link_sources(link: tables.Link, facts: Facts) -> FactSources:
    link_date = _link_date(link)
    return {
        "account.linked_at": link_date,
        "account.linked_at_exact": link_date,
        "account.consent": FactSource(link.consent_at),
        "history.prior_spend": FactSource(None if facts.history.prior_spend is None else link.prior_spend_at),
    }


def _link_date(link: tables.Link) -> FactSource:
    news = news_from_list(link.linked_news)
    if link.claimed_at is not None:  # bounded by what the service saw
        return FactSource(link.linked_at, Source.SERVICE)
    if news is not None:
        return FactSource(news.at)
    # Linked by hand: with staff's own date, or first seen by us at that moment.
    return FactSource(None, Source.STAFF) if link.exact else FactSource(link.linked_at, Source.SERVICE)


def _account_sources(account: tables.Account, payment_source: Source | None) -> FactSources:
    described = {f"account.{name}": FactSource(account.read_at) for name in DESCRIBED}
    ledger = dict.fromkeys(IN_THE_LEDGER, FactSource(account.bills_read_at))
    option_read_at = {Source.TIKTOK: account.bills_read_at, Source.SERVICE: account.spend_read_at}
    option = (
        {"account.payment": FactSource(option_read_at[payment_source], payment_source)}
        if payment_source
        else {}
    )
    return {**described, **ledger, **option}


def _spend_sources(link: tables.Link | None, account: tables.Account | None) -> FactSources:
    """Return the source of spend; never read in full, it is known of no date after the link."""
    if account is None or link is None:
        return {}
    return {"spend": FactSource(account.spend_read_at or link.linked_at)}


def _staff_sources(facts: Facts, recorded: Mapping[str, tables.RecordedFact]) -> FactSources:
    sources: dict[str, FactSource] = {
        f"history.overrides.{rule}": FactSource(recorded[override_name(rule)].at, Source.STAFF)
        for rule in facts.history.overrides
    }
    for name, (path, *others) in RECORDED.items():
        row = recorded.get(name)
        if row is not None and _is_recorded(row.value, value_at(facts, path)):
            sources |= dict.fromkeys((path, *others), FactSource(row.at, Source.STAFF))
    return sources


def _is_recorded(recorded: Any, value: Any) -> bool:
    if isinstance(value, datetime):
        return isinstance(recorded, str) and datetime.fromisoformat(recorded) == value
    return bool(recorded == value)
