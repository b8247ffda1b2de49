"""The languages of the documents: the choice of a reader's language, and the translation of sentences.

English is the source. Any other language is one file in `translations/`, in which a sentence is found by
its message id and its English words together: once the English changes, the old translation no longer counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.localedata import locale_identifiers
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LANGUAGES = ("en", "es", "th")
TRANSLATIONS = Path(__file__).parent / "translations"

ENGLISH = Locale("en")  # writes money and dates as in the US

# Where Spanish is read decides how a number is written: "1.500" is 1500 in Spain and 1.5 in Mexico.
LOCALES = ("en", "en_GB", *(name for name in locale_identifiers() if name.split("_")[0] in LANGUAGES[1:]))


def reader_locale(tags: Iterable[str]) -> Locale:
    """Return the locale of the first of a reader's language tags that is supported; else English."""
    name = negotiate_locale([tag.replace("-", "_") for tag in tags], LOCALES)
    return Locale.parse(name) if name else ENGLISH


def language_tag(locale: Locale) -> str:
    """Return a locale as HTTP writes it: es-MX."""
    return str(locale).replace("_", "-")


def translate(message_id: str, english: str, locale: Locale) -> str:
    """Return a sentence in the locale's language; in English where it has no translation yet."""
    if locale.language == ENGLISH.language:
        return english
    message = catalog(locale.language).get(english, message_id)
    return str(message.string) if message and message.string and not message.fuzzy else english


@cache
def catalog(language: str) -> Catalog:
    """Read all translations of a language; once, when they are first needed."""
    with (TRANSLATIONS / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)
