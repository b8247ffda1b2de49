"""Message ids and typed parameters to sentences, with money and dates as the reader writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from receiver.documents.sentences import HEADLINES, RULES, WARNINGS, Sentence

ENGLISH = Locale("en", "US")


def rule_words(reason: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> Sentence:
    """The sentence of a rule's answer, and the next step where something can be done."""
    return _filled(RULES[reason], params, locale)


def warning_words(warning: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> Sentence:
    return _filled(WARNINGS[warning], params, locale)


def headline(stage: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> str:
    return HEADLINES[stage].format_map(_written(params, locale))


def _filled(sentence: Sentence, params: Mapping[str, Any], locale: Locale) -> Sentence:
    written = _written(params, locale)
    return Sentence(
        sentence.text.format_map(written), sentence.next_step and sentence.next_step.format_map(written)
    )


def _written(params: Mapping[str, Any], locale: Locale) -> dict[str, str]:
    currency = params.get("currency")
    return {name: _write(_named(name, value, locale), currency, locale) for name, value in params.items()}


def _named(name: str, value: Any, locale: Locale) -> Any:
    """Countries by their names; a code nobody knows stays as it is."""
    if name == "country":
        return locale.territories.get(value, value)
    if name == "markets":
        return [locale.territories.get(country, country) for country in value]
    return value


def _write(value: Any, currency: str | None, locale: Locale) -> str:
    if isinstance(value, Decimal):
        # Never rounded: 499.995 must not read as 500.
        if currency is None:
            return str(format_decimal(value, locale=locale, decimal_quantization=False))
        return str(format_currency(value, currency, locale=locale, decimal_quantization=False))
    if isinstance(value, datetime):
        return str(format_datetime(value, "medium", locale=locale))
    if isinstance(value, date):
        return str(format_date(value, "long", locale=locale))
    if isinstance(value, list):
        return format_list([_write(item, currency, locale) for item in value], locale=locale)
    return str(value)
