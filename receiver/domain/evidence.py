"""The evidence of a rule: the facts and terms it rests on, who said each, and when; unknown ones are null."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from receiver.domain.evaluation_context import EvaluationContext
from receiver.domain.facts import Override, Payment, Source
from receiver.domain.programme import Anchor
from receiver.domain.spend import Spend


class Evidence(NamedTuple):
    """One fact or term that a rule used: its value, its source, and when it was read (None: unknown)."""

    fact: str
    value: Any
    source: Source
    read_at: datetime | None = None


Line = Callable[[EvaluationContext], Evidence]


def evidence_for(context: EvaluationContext, rule_id: str) -> tuple[Evidence, ...]:
    """Return all that the answer of a rule rests on, before any override."""
    lines = _SPEND + _proof_lines(context) if rule_id == "spend_reached" else _LINES[rule_id]
    evidence = tuple([line(context) for line in lines])
    if not context.facts.claimed_dates:
        return evidence
    return evidence + tuple(
        Evidence(name, context.facts.claimed_dates[path], Source.PLUGIN)
        for line, name, path in _CLAIMED_DATES
        if line in lines and path in context.facts.claimed_dates
    )


def evidence_of_override(
    context: EvaluationContext, rule_id: str, override: Override
) -> tuple[Evidence, ...]:
    """Return the evidence of an override: its outcome, its reason, and who recorded it."""
    at = context.facts.read_at.get(f"history.overrides.{rule_id}")
    values = (
        ("override", override.outcome),
        ("override reason", override.reason),
        ("override by", override.by),
    )
    return tuple(Evidence(fact, value, Source.STAFF, at) for fact, value in values)


# -- Kinds of lines ------------------------------------------------------------------------------


def _fact_line(name: str, path: str, source: Source) -> Line:
    """Build the line of a fact, by its path in the facts document.

    `source` is who usually says it; where the facts name another source, that one is shown.
    """

    part, _, field = path.rpartition(".")

    def line(context: EvaluationContext) -> Evidence:
        facts = context.facts
        whole = getattr(facts, part) if part else facts
        value = None if whole is None else getattr(whole, field)
        return Evidence(name, value, facts.sources.get(path, source), facts.read_at.get(path))

    return line


def _flag_line(name: str, path: str) -> Line:
    """Build the line of a flag that staff raise; one never raised reads "nothing recorded", not "no"."""

    recorded = _fact_line(name, path, Source.STAFF)

    def line(context: EvaluationContext) -> Evidence:
        if context.facts.sources.get(path) is Source.SERVICE:
            return Evidence(name, "nothing recorded", Source.STAFF)
        return recorded(context)

    return line


def _figure_line(name: str, figure: Callable[[Spend], Any], read: str = "spend") -> Line:
    """Build the line of a figure computed from spend, dated by when the fact at the path `read` was read."""
    return lambda context: Evidence(
        name, figure(context.spend) if context.spend else None, Source.TIKTOK, context.facts.read_at.get(read)
    )


def _computed_line(name: str, value: Callable[[EvaluationContext], Any]) -> Line:
    """Build the line of a value that the service computes at the moment of the decision."""
    return lambda context: Evidence(name, value(context), Source.SERVICE, context.as_of)


def _term_line(name: str, value: Callable[[EvaluationContext], Any]) -> Line:
    return lambda context: Evidence(name, value(context), Source.PROGRAMME)


# -- What each rule rests on ---------------------------------------------------------------------

_JOINED = _fact_line("joined", "store.joined_at", Source.SERVICE)
_SET_UP = _fact_line("set up", "store.set_up_at", Source.PLUGIN)
_LINKED = _fact_line("linked", "account.linked_at", Source.PLUGIN)
# What a store asserts of a date that was bounded, beside the date in force.
_CLAIMED_DATES = (
    (_SET_UP, "set up, as the store says", "store.set_up_at"),
    (_LINKED, "linked, as the store says", "account.linked_at"),
)
_COUNTRY = _fact_line("account country", "account.country", Source.TIKTOK)
_CURRENCY = _fact_line("account currency", "account.currency", Source.TIKTOK)
_ZONE = _fact_line("account time zone", "account.timezone", Source.TIKTOK)
_CREATED = _fact_line("account created", "account.created_at", Source.TIKTOK)
_FINAL_SPEND = _figure_line(
    "qualifying spend of final dates", lambda spend: None if spend.bill_in_doubt else spend.final_qualifying
)
_LAST_DATE = _computed_line("window's last date", lambda context: context.window and context.window.last)
_MARKETS = _term_line("markets", lambda context: [market.country for market in context.programme.markets])
_OPENS = _term_line("offer opens", lambda context: context.programme.opens)

_LINES: Mapping[str, tuple[Line, ...]] = {
    "programme_open": (_JOINED, _OPENS, _term_line("offer closes", lambda context: context.programme.closes)),
    "admission": (
        _fact_line("admitted", "store.admitted", Source.SERVICE),
        _term_line(
            "places",
            lambda context: "no limit" if context.programme.capacity is None else context.programme.capacity,
        ),
    ),
    "integration_set_up": (_SET_UP,),
    "first_set_up": (_fact_line("set up before", "history.set_up_before", Source.SERVICE),),
    "account_linked": (_LINKED, _fact_line("consent", "account.consent", Source.TIKTOK)),
    "store_market": (_fact_line("store country", "store.country", Source.WOOCOMMERCE), _MARKETS),
    "account_market": (_COUNTRY, _MARKETS),
    "account_currency": (
        _CURRENCY,
        _COUNTRY,
        _term_line("currency of the market", lambda context: context.market and context.market.currency),
    ),
    "not_yet_advertising": (
        _CREATED,
        _JOINED,
        _LINKED,
        _fact_line("link date exact", "account.linked_at_exact", Source.PLUGIN),
        _fact_line("prior spend", "history.prior_spend", Source.TIKTOK),
        _term_line("prior spend days", lambda context: context.programme.prior_spend_days),
    ),
    "merchant_once": (
        _fact_line("merchant", "store.merchant", Source.SERVICE),
        _fact_line("merchant's other awards", "history.merchant_awards", Source.SERVICE),
    ),
    "account_once": (
        _fact_line("account's other awards", "history.account_awards", Source.SERVICE),
        _fact_line("business center", "account.business_center", Source.TIKTOK),
        _fact_line("business center's other awards", "history.business_center_awards", Source.SERVICE),
    ),
    "no_conflicting_promotion": (
        _flag_line("conflicting promotion", "history.conflicting_promotion"),
        _fact_line("foreign credit issued", "history.foreign_credit_issued", Source.TIKTOK),
        _OPENS,
    ),
    "good_standing": (
        _flag_line("safety flag", "history.safety_flag"),
        _flag_line("policy violation", "history.policy_violation"),
        _fact_line("account status", "account.status", Source.TIKTOK),
    ),
    "credit_in_time": (
        _term_line("credit expires", lambda context: context.programme.credit_expires),
        _computed_line("today", lambda context: context.today),
        _ZONE,
        _LAST_DATE,
        _computed_line("window final on", lambda context: context.window_final_on),
        _term_line(
            "highest threshold", lambda context: context.tiers[-1].threshold if context.tiers else None
        ),
        _FINAL_SPEND,
    ),
}

_SPEND = (
    _fact_line("payment option", "account.payment", Source.STAFF),
    _FINAL_SPEND,
    _figure_line("qualifying spend", lambda spend: spend.qualifying),
    _term_line("first threshold", lambda context: context.tiers[0].threshold if context.tiers else None),
    _COUNTRY,
    _CURRENCY,
    _SET_UP,
    _LINKED,
    _ZONE,
    _term_line("window days", lambda context: context.programme.window_days),
    _term_line("window begins with", lambda context: context.programme.anchor),
    _computed_line("window's first date", lambda context: context.window and context.window.first),
    _LAST_DATE,
    _computed_line("figures final through", lambda context: context.spend and context.spend.final_through),
)
_BILLS = (
    _figure_line(
        "paid bills",
        lambda spend: spend.paid_amount if spend.has_bills and not spend.bill_in_doubt else None,
        "payments",
    ),
    _figure_line("bill in doubt", lambda spend: spend.bill_in_doubt if spend.has_bills else None, "payments"),
    _term_line("bill grace days", lambda context: context.programme.bill_grace_days),
)
_UNLESS_MANUAL = (
    _fact_line("bills readable", "bills_readable", Source.TIKTOK),
    _fact_line("paid bills confirmed", "paid_bills_confirmed", Source.STAFF),
    _term_line("net cost accepted", lambda context: context.programme.accept_net_cost),
)


def _proof_lines(context: EvaluationContext) -> tuple[Line, ...]:
    """Return the further lines of spend: the window's anchor, and bills or what stands in for them."""
    created = (_CREATED,) if context.programme.anchor is Anchor.REGISTRATION else ()
    match context.account and context.account.payment:
        case Payment.AUTOMATIC:
            return (*created, *_UNLESS_MANUAL, *_BILLS)
        case Payment.UNKNOWN:
            return (*created, *_UNLESS_MANUAL)
        case _:
            return created
