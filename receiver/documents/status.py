"""The status document: one answer behind the plugin's page, the API, the command line and the console."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from babel import Locale

from receiver.documents.formats import formats_document
from receiver.documents.headline import headline
from receiver.documents.money import amount_text
from receiver.documents.notices import notice_document
from receiver.documents.progress import (
    admission_document,
    next_tier_document,
    pace_document,
    tier_document,
)
from receiver.documents.review import review_document
from receiver.documents.times import time_text
from receiver.documents.troubles import trouble_document, warning_document
from receiver.domain.awards import AwardState, is_overdue
from receiver.domain.decision import Decision, DueAward, Stage, TierProgress
from receiver.domain.evidence import Evidence
from receiver.domain.facts import AccountProfile, Outcome, Payment, RecordedAward
from receiver.domain.notices import MailState, Notice
from receiver.domain.places import PlaceInLine
from receiver.domain.programme import Market, Programme
from receiver.domain.reviews import ReviewSummary
from receiver.domain.rules import RuleResult, consent_loss
from receiver.domain.spend import CountedDay
from receiver.domain.troubles import STAFF_ONLY, ActiveTrouble, Observations, troubles_of
from receiver.i18n.languages import ENGLISH
from receiver.i18n.words import (
    connect_words_for,
    meanwhile_words,
    reconnect_words_for,
    rule_words,
    used_words,
)

UNSETTLED = (Outcome.UNKNOWN, Outcome.PENDING)


def status_document(
    decision: Decision,
    locale: Locale = ENGLISH,
    troubles: Sequence[ActiveTrouble] | None = None,
    contact: str | None = None,
) -> dict[str, Any]:
    """Return the status document of the contract. Amounts are decimal text, times UTC.

    `troubles`: those that the service knows; None for those that the decision alone tells. `contact`: where
    merchants can write to staff.

    Only the sentences are in the reader's language; ids, amounts and times are the same for everybody.
    """
    troubles = troubles_of(decision) if troubles is None else troubles
    store, terms, account = decision.store, decision.programme, decision.account
    rules = [_rule(rule, decision, locale) for rule in decision.rules]
    text, next_step = headline(decision, rules, locale)
    return {
        "store": {"id": store.id, "country": store.country},
        "programme": _programme(terms),
        "as_of": time_text(decision.as_of),
        "stage": decision.stage.value,
        "verdict": decision.verdict.value,
        "headline": text,
        "next_step": next_step,
        "warnings": [
            warning_document(trouble, locale, contact) for trouble in troubles if trouble.concerns_merchant
        ],
        "troubles": [trouble_document(trouble, locale, contact) for trouble in troubles],
        "rules": rules,
        "account": _account(decision, account),
        "window": _window(decision),
        "spend": _spend(decision),
        "tiers": [_progress(progress) for progress in decision.tiers],
        "tier": decision.tier and tier_document(decision.tier),
        "next_tier": decision.next_tier and next_tier_document(decision, decision.next_tier, locale),
        "pace": decision.pace and pace_document(decision, decision.pace, locale),
        "admission": None,  # the place in the line, which the service counts
        "award": decision.award
        and {**_award(decision.award, decision.award_today), "used": _used(decision, locale)},
    }


def progress_document(decision: Decision) -> dict[str, Any]:
    """Return a decision's progress for a list of stores: the spend that qualifies as read, the tier above."""
    following = decision.next_tier and next_tier_document(decision, decision.next_tier)
    account, spend = decision.account, decision.spend
    if account is None or not account.was_consented:
        return {"qualifying": None, "currency": None, "read_at": None, "next_tier": following}
    return {
        "qualifying": _amount(spend.qualifying if spend else None),
        "currency": account.currency,
        "read_at": _time(decision.figures_read_at),
        "next_tier": following,
    }


@dataclass(frozen=True)
class Status:
    """A decision, and what else the service knows about the store."""

    decision: Decision
    store_name: str
    stale: bool  # TikTok's figures were never read, or not as often as the stage asks for
    next_check: datetime | None
    review: ReviewSummary | None  # the newest the merchant asked for
    admission: PlaceInLine | None = None  # while it waits for a place
    observed: Observations = field(default_factory=Observations)
    since: Mapping[str, datetime] = field(default_factory=dict)  # of troubles, by id
    notices: Sequence[tuple[Notice, datetime]] = ()  # each with the time at which it was first found
    mail: MailState = MailState.OFF


def full_document(
    status: Status,
    locale: Locale = ENGLISH,
    *,
    for_staff: bool = False,
    mail_available: bool = False,
    contact: str | None = None,
) -> dict[str, Any]:
    """Return the whole document, as the service answers it; a merchant's lacks the STAFF_ONLY troubles."""
    every_trouble = troubles_of(status.decision, status.observed, status.since)
    troubles = [item for item in every_trouble if for_staff or item.id not in STAFF_ONLY]
    document = status_document(status.decision, locale, troubles, contact)
    document["store"]["name"] = status.store_name
    document["contact"] = contact
    document["stale"] = status.stale
    document["admission"] = status.admission and admission_document(status.admission, locale)
    document["next_check"] = status.next_check and time_text(status.next_check)
    document["notices"] = [notice_document(item, at, locale) for item, at in status.notices]
    document["mail_available"], document["mail"] = mail_available, status.mail.value
    document["review"] = status.review and review_document(status.review, locale)
    document["formats"] = formats_document(_currencies(status.decision), locale)
    return document


def _currencies(decision: Decision) -> list[str]:
    """Return the currencies of the document's amounts."""
    award = decision.award
    codes = (decision.account and decision.account.currency, award and award.currency)
    return [*(market.currency for market in decision.programme.markets), *(code for code in codes if code)]


def _rule(rule: RuleResult, decision: Decision, locale: Locale) -> dict[str, Any]:
    text, next_step = rule_words(rule.reason, rule.params, locale)
    account = decision.account
    if rule.outcome in UNSETTLED and account and account.consent is not True:
        next_step = reconnect_words_for(rule.reason, consent_loss(account) or "unread", locale) or next_step
    if rule.outcome is Outcome.PENDING:
        consent = connect_words_for(rule.reason, locale) if decision.claimed_account else None
        is_for_nothing = decision.is_too_late and (decision.tier is None or rule.id == "spend_reached")
        too_late = meanwhile_words("too_late", locale) if is_for_nothing else None
        next_step = meanwhile_words(decision.stage, locale) or too_late or consent or next_step
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
    if value is None or value is True or value is False or type(value) is str:  # as most are
        return value
    if isinstance(value, Decimal):
        return amount_text(value)
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _programme(terms: Programme) -> dict[str, Any]:
    return {
        "id": terms.id,
        "title": terms.title,
        "terms_url": terms.terms_url,
        "credit_expires": terms.credit_expires.isoformat(),
        "offer": [_market(market) for market in terms.markets],
    }


def _market(market: Market) -> dict[str, Any]:
    return {
        "country": market.country,
        "currency": market.currency,
        "tiers": [tier_document(tier) for tier in market.tiers],
    }


def _account(decision: Decision, account: AccountProfile | None) -> dict[str, Any] | None:
    """Return what is told of the ad account: nothing without its advertiser's consent."""
    if account is None or not account.was_consented:
        return None
    return {
        "advertiser_id": account.advertiser_id,
        "country": account.country,
        "currency": account.currency,
        "timezone": account.timezone,
        "payment": account.payment.value,
        "read_at": _time(decision.account_read_at),
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
        "bills_until": _date(decision.deadlines.bills_until if _pays_bills(decision) else None),
    }


def _pays_bills(decision: Decision) -> bool:
    return decision.account is not None and decision.account.payment is Payment.AUTOMATIC


def _spend(decision: Decision) -> dict[str, Any] | None:
    spend, account = decision.spend, decision.account
    if account is None or not account.was_consented:
        return None
    read_at = _time(decision.figures_read_at)
    if spend is None:  # without the account's zone, spend belongs to no known date
        return {**_spend_without_figures(account.currency), "read_at": read_at}
    return {
        "read_at": read_at,
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


def _progress(progress: TierProgress) -> dict[str, Any]:
    return {
        **tier_document(progress.tier),
        "seen_on": progress.seen_on and progress.seen_on.isoformat(),
        "reached_on": progress.reached_on and progress.reached_on.isoformat(),
        "credit_by": _date(progress.credit_by),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)


def _date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _award(award: RecordedAward | DueAward, today: date) -> dict[str, Any]:
    if isinstance(award, DueAward):
        award = RecordedAward(
            None,
            AwardState.DUE,
            award.tier.credit,
            award.currency,
            award.decided_at,
            award.due_by,
            None,
            None,
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
        "remaining": _amount(award.remaining),
        "block_cause": award.block_cause,
    }


def _used(decision: Decision, locale: Locale) -> str | None:
    """Return how the credit will be used; None where there is no credit to use."""
    if decision.stage not in (Stage.DUE, Stage.ISSUED, Stage.CREDITED):
        return None
    return used_words(decision.account.payment if decision.account else Payment.UNKNOWN, locale)
