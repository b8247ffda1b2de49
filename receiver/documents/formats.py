"""The formats of amounts, dates and times in a document's sentences, for pages that write the same way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babel import Locale
from babel.dates import get_date_format, get_datetime_format, get_time_format
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

AMOUNT = "{amount}"
_CURRENCY = "¤"


def formats_document(currencies: Iterable[str], locale: Locale) -> dict[str, Any]:
    """Return the locale's formats: CLDR patterns of dates and times, and of amounts in each currency.

    `moment` joins a date ({1}) and a time ({0}). Amounts have groups of three digits and at least two
    decimals.
    """
    months = locale.months["format"]["wide"]
    era = locale.eras["abbreviated"][1]
    return {
        "date": get_date_format("long", locale=locale).pattern.replace("G", f"'{era}'"),
        "months": [months[number] for number in sorted(months)],
        "time": get_time_format("short", locale=locale).pattern,
        "moment": str(get_datetime_format("long", locale=locale)).replace("'", ""),
        "group": get_group_symbol(locale),
        "decimal": get_decimal_symbol(locale),
        "money": {currency: _money(currency, locale) for currency in sorted(set(currencies))},
    }


def _money(currency: str, locale: Locale) -> str:
    pattern = locale.currency_formats["standard"]
    pattern_text = f"{pattern.prefix[0]}{AMOUNT}{pattern.suffix[0]}"
    return pattern_text.replace(_CURRENCY, get_currency_symbol(currency, locale=locale))
