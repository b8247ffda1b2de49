"""Sentences in the reader's language from message ids and parameters, with money and dates in their form.

Dates are Gregorian everywhere, in Thai too: they are compared with TikTok's, and Babel has no other calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from receiver.domain.reviews import ReviewSummary
from receiver.i18n.languages import ENGLISH, translate
from receiver.i18n.sentences import (
    CLOCK_TROUBLES,
    CONNECT,
    CONNECT_LABELS,
    CONNECT_TIKTOK,
    CONSENT,
    CONSENT_LABELS,
    HEADLINES,
    LINK,
    MEANWHILE,
    PERMISSIONS,
    PLACES,
    PROGRESS,
    REVIEWS,
    RULE_NAMES,
    RULES,
    SHOP_TROUBLES,
    TROUBLES,
    UNSEEN,
    USED,
    WARNINGS,
    WEBHOOK_TROUBLES,
    Sentence,
)

CACHED_TEXTS = 10_000  # of amounts and dates, which decisions write again and again


def rule_words(reason: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> Sentence:
    """Return the sentence of a rule's answer, with a next step where something can be done."""
    if reason.startswith("override."):
        rule = params["rule"]
        params = {**params, "rule": translate(f"rule.{rule}:name", RULE_NAMES[rule], locale)}
    return _fill_sentence(reason, RULES[reason], params, locale)


def trouble_words(trouble: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> Sentence:
    """Return what is wrong about a store, and what its merchant can do."""
    if trouble in CLOCK_TROUBLES:
        return _fill_sentence(f"clock.{trouble}", CLOCK_TROUBLES[trouble], params, locale)
    if trouble == "place_reserved":
        return _fill_sentence("place.reserved", PLACES["reserved"], params, locale)
    if "address" in params and f"{trouble}.at" in TROUBLES:
        trouble = f"{trouble}.at"
    kind, _, what = trouble.partition("_")
    if kind == "store":
        return shop_trouble_words(what, locale)
    if kind == "webhook":
        return webhook_trouble_words(what, locale)
    if trouble in WARNINGS:
        return _fill_sentence(trouble, WARNINGS[trouble], params, locale)
    return _fill_sentence(f"trouble.{trouble}", TROUBLES[trouble], params, locale)


def contact_words(contact: str, locale: Locale = ENGLISH) -> str:
    """Return where a merchant can write to staff."""
    return connect_labels(locale)["contact"].format(contact=contact)


def headline_words(stage: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> Sentence:
    """Return a store's headline, with a next step where something can be done."""
    variant = _headline_variant(stage, params)
    return _fill_sentence(variant, HEADLINES[variant], params, locale, "headline")


def meanwhile_words(stage: str, locale: Locale = ENGLISH) -> str | None:
    """Return the text in place of a pending rule's next step; None where that step helps."""
    return translate(f"{stage}:meanwhile", MEANWHILE[stage], locale) if stage in MEANWHILE else None


def connect_words_for(reason: str, locale: Locale = ENGLISH) -> str | None:
    """Return the next step of a rule that waits for a link of which only the consent is missing."""
    if RULES[reason].next_step != LINK:
        return None
    step = RULES[CONNECT_TIKTOK].next_step
    return translate(f"{CONNECT_TIKTOK}:next_step", step, locale) if step else None


def reconnect_words_for(reason: str, loss: str, locale: Locale = ENGLISH) -> str | None:
    """Return the next step where access to the ad account is lost, in place of waiting or spending unseen.

    `loss`: how it was lost. None for rules whose next step helps all the same.
    """
    if reason not in RULES or RULES[reason].next_step not in UNSEEN:
        return None
    return rule_words(f"account_linked.unknown.{loss}", {}, locale).next_step


def progress_words(message_id: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> str:
    """Return what can still be reached, in a sentence."""
    text = translate(f"{message_id}:progress", PROGRESS[message_id], locale)
    return text.format_map(_LocalParams(params, locale))


def used_words(payment: str, locale: Locale = ENGLISH) -> str:
    """Return how a credit will be used by an account that pays so."""
    return translate(f"used.{payment}:text", USED[payment], locale)


def review_words(review: ReviewSummary, locale: Locale = ENGLISH) -> str:
    """Return the state of a merchant's review, in staff's own words where they answered."""
    key = review.answer or "open"
    asked_on, answered_on = (at and at.astimezone(UTC).date() for at in (review.asked_at, review.answered_at))
    params = {"asked_on": asked_on, "answered_on": answered_on, "reason": review.reason}
    return translate(f"review.{key}:text", REVIEWS[key], locale).format_map(_LocalParams(params, locale))


def consent_words(outcome: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> Sentence:
    """Return a consent page's text and next step; `missing` in the parameters are permissions."""
    lacking = [
        translate(f"permission.{item}:text", PERMISSIONS[item], locale) for item in params.get("missing", ())
    ]
    return _fill_sentence(f"consent.{outcome}", CONSENT[outcome], {**params, "missing": lacking}, locale)


def consent_labels(locale: Locale = ENGLISH) -> dict[str, str]:
    """Return the labels of the buttons, links and fields of the consent pages."""
    return {name: translate(f"consent.{name}:label", text, locale) for name, text in CONSENT_LABELS.items()}


def connect_words(outcome: str, locale: Locale = ENGLISH) -> Sentence:
    """Return the text and next step of a page on which a merchant connects a store."""
    return _fill_sentence(f"connect.{outcome}", CONNECT[outcome], {}, locale)


def connect_labels(locale: Locale = ENGLISH) -> dict[str, str]:
    """Return the labels of the buttons, links and fields of the pages that connect a store."""
    return {name: translate(f"connect.{name}:label", text, locale) for name, text in CONNECT_LABELS.items()}


def shop_trouble_words(trouble: str, locale: Locale = ENGLISH) -> Sentence:
    """Return what keeps us from a store, and what its merchant can do."""
    return _fill_sentence(f"shop_trouble.{trouble}", SHOP_TROUBLES[trouble], {}, locale)


def webhook_trouble_words(trouble: str, locale: Locale = ENGLISH) -> Sentence:
    """Return what is wrong with one of our webhooks at a store, and what its merchant can do."""
    return _fill_sentence(f"webhook_trouble.{trouble}", WEBHOOK_TROUBLES[trouble], {}, locale)


def _headline_variant(stage: str, params: Mapping[str, Any]) -> str:
    """Return the message id of a stage's headline; `_VARIANTS` answer what follows the dot."""
    if params.get("is_too_late") and params.get("last_date") is None:
        return "too_late"
    variant = _VARIANTS[stage](params) if stage in _VARIANTS else None
    return f"{stage}.{variant}" if variant and f"{stage}.{variant}" in HEADLINES else stage


def _waiting_variant(params: Mapping[str, Any]) -> str | None:
    if params.get("last_date") is not None:
        return "running" if params.get("window_is_open") else "over"
    return "connected" if params.get("has_account") else None


def _spending_variant(params: Mapping[str, Any]) -> str | None:
    if params.get("credit_by") is not None:
        return "top" if params.get("by") is None else "reached"
    return "late" if params.get("is_too_late") else None


def _settling_variant(params: Mapping[str, Any]) -> str | None:
    if params.get("unpaid") is not None:
        return "unpaid"
    return "reached" if params.get("credit_by") is not None else None


def _due_variant(params: Mapping[str, Any]) -> str | None:
    if params.get("has_expired"):
        return "expired"
    if params.get("due_by") is None:
        return "undated"
    return "late" if params.get("is_overdue") else None


def _over_variant(params: Mapping[str, Any]) -> str | None:
    failed = params.get("failed_else")
    if not failed:
        return None
    return "ended" if failed == {"spend_reached"} else "unmet"


def _link_variant(params: Mapping[str, Any]) -> str | None:
    if params.get("claimed_account"):
        return "claimed"
    return _messages_variant(params)


def _messages_variant(params: Mapping[str, Any]) -> str | None:
    """Return the cause of lost signals the merchant can end (old plugin, other address), else "lost"."""
    cause = params.get("lost_signals")
    return cause if cause in ("outdated", "held") else "lost" if cause else None


def _issued_variant(params: Mapping[str, Any]) -> str | None:
    return "code" if params.get("delivery") == "code" and params.get("reference") else None


_VARIANTS: Mapping[str, Callable[[Mapping[str, Any]], str | None]] = {
    "not_admitted": _waiting_variant,
    "awaiting_setup": _messages_variant,
    "awaiting_link": _link_variant,
    "awaiting_spend": lambda params: params.get("spend_unknown"),
    "accumulating": _spending_variant,
    "settling": _settling_variant,
    "due": _due_variant,
    "issued": _issued_variant,
    "blocked": lambda params: "safety" if params.get("is_unsafe") else params.get("block_cause"),
    "programme_over": _over_variant,
}


def _fill_sentence(
    message_id: str, english: Sentence, params: Mapping[str, Any], locale: Locale, part: str = "text"
) -> Sentence:
    text = fill_text(translate(f"{message_id}:{part}", english.text, locale), params, locale)
    if english.next_step is None:
        return Sentence(text)
    next_step = translate(f"{message_id}:next_step", english.next_step, locale)
    return Sentence(text, fill_text(next_step, params, locale))


def fill_text(text: str, params: Mapping[str, Any], locale: Locale) -> str:
    """Fill the blanks of a text, with money and dates as the reader writes them."""
    return text.format_map(_LocalParams(params, locale)) if "{" in text else text


class _LocalParams:
    """The parameters of a sentence, formatted for a locale when the sentence reads them."""

    def __init__(self, params: Mapping[str, Any], locale: Locale) -> None:
        self._params, self._locale = params, locale

    def __getitem__(self, name: str) -> str:
        value = _localize(name, self._params[name], self._locale)
        return _write(value, self._params.get("currency"), self._locale)


def _localize(name: str, value: Any, locale: Locale) -> Any:
    """Return countries by their names in the locale; an unknown code stays as it is."""
    if name == "country":
        return locale.territories.get(value, value)
    if name == "markets":
        return [locale.territories.get(country, country) for country in value]
    return value


def money_text(amount: Decimal, currency: str | None, locale: Locale = ENGLISH) -> str:
    """Write an amount as the reader does, never rounded: 499.995 must not read as 500."""
    return _money_text(str(amount), currency, locale)


@lru_cache(CACHED_TEXTS)
def _money_text(amount: str, currency: str | None, locale: Locale) -> str:
    """Write an amount, taken as text: the cache would give 1.0 for 1.000, which are equal numbers."""
    if currency is None:
        return str(format_decimal(amount, locale=locale, decimal_quantization=False))
    return str(format_currency(amount, currency, locale=locale, decimal_quantization=False))


@lru_cache(CACHED_TEXTS)
def _date_text(day: date, locale: Locale) -> str:
    return str(format_date(day, "long", locale=locale))


def _write(value: Any, currency: str | None, locale: Locale) -> str:
    if isinstance(value, Decimal):
        return money_text(value, currency, locale)
    if isinstance(value, timedelta):
        return str(format_timedelta(value, threshold=1.5, locale=locale))
    if isinstance(value, datetime):
        return _moment(value, locale)
    if isinstance(value, date):
        return _date_text(value, locale)
    if isinstance(value, list):
        return format_list([_write(item, currency, locale) for item in value], locale=locale)
    return str(value)


@lru_cache(CACHED_TEXTS)
def _moment(at: datetime, locale: Locale) -> str:
    """Write a moment in UTC to the minute: seconds tell a merchant nothing."""
    utc = at.astimezone(UTC)
    joined = str(get_datetime_format("long", locale=locale)).replace("'", "")
    time, day = format_time(utc.time(), "short", locale=locale), format_date(utc, "long", locale=locale)
    return joined.replace("{0}", f"{time} UTC").replace("{1}", str(day))
