"""The status document: one answer behind the plugin's page, the API, the command line and the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from babel import Locale

from receiver.documents.money import amount_text
from receiver.documents.review import review_document
from receiver.documents.times import time_text
from receiver.documents.troubles import trouble_document, warning_document
from receiver.domain.awards import is_overdue
from receiver.domain.decision import Decision, DueAward, NextTier, Stage, TierProgress
from receiver.domain.evidence import Evidence
from receiver.domain.facts import AccountProfile, Outcome, Payment, RecordedAward
from receiver.domain.programme import Tier
from receiver.domain.reviews import ReviewState
from receiver.domain.rules import RuleResult, consent_loss
from receiver.domain.spend import CountedDay
from receiver.domain.troubles import STAFF_ONLY, FoundTrouble, Observations, troubles_of
from receiver.i18n.languages import ENGLISH
from receiver.i18n.words import (
    connect_words_for,
    headline_words,
    meanwhile_words,
    reconnect_words_for,
    rule_words,
    used_words,
)


def status_document(
    decision: Decision, locale: Locale = ENGLISH, troubles: Sequence[FoundTrouble] | None = None
) -> dict[str, Any]:
    """Return the status document of the contract. Amounts are decimal text, times UTC.

    `troubles`: as the service sees them; without, those that the decision alone tells.

    Only the sentences are in the reader's language; ids, amounts and times are the same for everybody.
    """
    troubles = troubles_of(decision) if troubles is None else troubles
    store, terms, account = decision.store, decision.programme, decision.account
    headline, next_step = headline_words(decision.stage, _headline_params(decision), locale)
    return {
        "store": {"id": store.id, "country": store.country},
        "programme": {
            "id": terms.id,
            "title": terms.title,
            "credit_expires": terms.credit_expires.isoformat(),
        },
        "as_of": time_text(decision.as_of),
        "stage": decision.stage.value,
        "verdict": decision.verdict.value,
        "headline": headline,
        "next_step": next_step,
        "warnings": [warning_document(one, locale) for one in troubles if one.concerns_merchant],
        "troubles": [trouble_document(one, locale) for one in troubles],
        "rules": [_rule(rule, decision, locale) for rule in decision.rules],
        "account": _account(account),
        "window": _window(decision),
        "spend": _spend(decision),
        "tiers": [_progress(progress) for progress in decision.tiers],
        "tier": decision.tier and _tier(decision.tier),
        "next_tier": decision.next_tier and _next_tier(decision.next_tier),
        "award": decision.award
        and {**_award(decision.award, decision.today), "used": _used(decision, locale)},
    }


def progress_document(decision: Decision) -> dict[str, Any]:
    """Return a decision's progress for a list of stores: the spend that qualifies, and the tier above."""
    spend = _spend(decision) or {"qualifying": None, "currency": None}
    following = decision.next_tier and _next_tier(decision.next_tier)
    return {"qualifying": spend["qualifying"], "currency": spend["currency"], "next_tier": following}


@dataclass(frozen=True)
class Status:
    """A decision, and what only the service knows beside it."""

    decision: Decision
    store_name: str
    stale: bool  # figures that should be there are older than a day, or were never read
    next_check: datetime | None
    review: ReviewState | None  # the newest the merchant asked for
    observed: Observations = field(default_factory=Observations)
    since: Mapping[str, datetime] = field(default_factory=dict)  # of troubles, by id


def full_document(status: Status, locale: Locale = ENGLISH, *, for_staff: bool = False) -> dict[str, Any]:
    """The whole document, as the service answers it; a merchant's lacks the troubles of STAFF_ONLY."""
    found = troubles_of(status.decision, status.observed, status.since)
    troubles = [one for one in found if for_staff or one.id not in STAFF_ONLY]
    document = status_document(status.decision, locale, troubles)
    document["store"]["name"] = status.store_name
    document["stale"] = status.stale
    document["next_check"] = status.next_check and time_text(status.next_check)
    document["review"] = status.review and review_document(status.review, locale)
    return document


def _headline_params(decision: Decision) -> dict[str, Any]:
    award, params = decision.award, dict(decision.params)
    if isinstance(award, RecordedAward):
        kept = ("credit", "currency", "due_by", "delivery", "reference")
        params |= {name: getattr(award, name) for name in kept}
    is_promised = decision.stage is Stage.DUE
    params["claimed_account"] = decision.claimed_account
    return {**params, "is_overdue": is_promised and is_overdue("due", params["due_by"], decision.today)}


def _rule(rule: RuleResult, decision: Decision, locale: Locale) -> dict[str, Any]:
    text, next_step = rule_words(rule.reason, rule.params, locale)
    account = decision.account
    if rule.outcome is Outcome.UNKNOWN and account and account.consent is not True:
        next_step = reconnect_words_for(rule.reason, consent_loss(account) or "unread", locale) or next_step
    if rule.outcome is Outcome.PENDING:
        consent = connect_words_for(rule.reason, locale) if decision.claimed_account else None
        next_step = meanwhile_words(decision.stage, locale) or consent or next_step
    return {
        "id": rule.id,
        "outcome": rule.outcome.value,
        "text": text,
        "next_step": next_step,
        "evidence": [_evidence(evidence) for evidence in rule.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "fact": evidence.fact,
        "value": _value(evidence.value),
        "source": evidence.source.value,
        "read_at": evidence.read_at and time_text(evidence.read_at),
    }


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return amount_text(value)
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _account(account: AccountProfile | None) -> dict[str, Any] | None:
    """Return what is told of the ad account: nothing without its advertiser's consent."""
    if account is None or not account.was_consented:
        return None
    return {
        "advertiser_id": account.advertiser_id,
        "country": account.country,
        "currency": account.currency,
        "timezone": account.timezone,
        "payment": account.payment.value,
    }


def _window(decision: Decision) -> dict[str, Any] | None:
    window = decision.window
    if window is None:
        return None
    return {
        "anchor": decision.programme.anchor.value,
        "first_date": window.first.isoformat(),
        "last_date": window.last.isoformat(),
        "days_left": window.days_left(decision.today),
        "state": "closed" if window.is_over(decision.today) else "open",
    }


def _spend(decision: Decision) -> dict[str, Any] | None:
    spend, account = decision.spend, decision.account
    if account is None or not account.was_consented:
        return None
    if spend is None:  # an account without a zone has spend nobody can place
        return _spend_without_figures(account.currency)
    return {
        "qualifying": _amount(spend.qualifying),
        "currency": account.currency,
        "final": spend.all_final and spend.unknown_because is None,
        "final_through": spend.final_through and spend.final_through.isoformat(),
        "provisional": spend.provisional,
        "excluded": [{"why": why.value, "amount": amount_text(amount)} for why, amount in spend.excluded],
        "days": [_day(day) for day in spend.days],
    }


def _spend_without_figures(currency: str | None) -> dict[str, Any]:
    return {
        "qualifying": None,
        "currency": currency,
        "final": False,
        "final_through": None,
        "provisional": False,
        "excluded": [],
        "days": [],
    }


def _day(day: CountedDay) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "qualifying": _amount(day.qualifying),
        "excluded": _amount(day.excluded),
        "final": day.final,
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else amount_text(amount)


def _tier(tier: Tier) -> dict[str, str]:
    return {"threshold": amount_text(tier.threshold), "credit": amount_text(tier.credit)}


def _progress(progress: TierProgress) -> dict[str, Any]:
    return {
        **_tier(progress.tier),
        "seen_on": progress.seen_on and progress.seen_on.isoformat(),
        "reached_on": progress.reached_on and progress.reached_on.isoformat(),
    }


def _next_tier(following: NextTier) -> dict[str, Any]:
    return {
        **_tier(following.tier),
        "remaining": amount_text(following.remaining),
        "per_day": None if following.per_day is None else amount_text(following.per_day),
    }


def _award(award: RecordedAward | DueAward, today: date) -> dict[str, Any]:
    if isinstance(award, DueAward):
        award = RecordedAward(
            None, "due", award.tier.credit, award.currency, award.decided_at, award.due_by, None, None
        )
    return {
        "id": award.id,
        "state": award.state,
        "credit": amount_text(award.credit),
        "currency": award.currency,
        "decided_at": award.decided_at and time_text(award.decided_at),
        "due_by": award.due_by and award.due_by.isoformat(),
        "overdue": is_overdue(award.state, award.due_by, today),
        "delivery": award.delivery,
        "reference": award.reference,
        "flags": list(award.flags),
        "cleared_flags": {flag: time_text(at) for flag, at in award.cleared_flags.items()},
        "credited_at": award.credited_at and time_text(award.credited_at),
    }


def _used(decision: Decision, locale: Locale) -> str | None:
    """How the credit will be used; None where there is none to use, or not any more."""
    if decision.stage not in (Stage.DUE, Stage.ISSUED, Stage.CREDITED):
        return None
    return used_words(decision.account.payment if decision.account else Payment.UNKNOWN, locale)
