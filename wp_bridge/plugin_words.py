"""The plugin's texts in its own translations, for the console's view of its page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "plugin" / "ad-credit-status-for-woocommerce" / "languages"
NAME = "ad-credit-status-for-woocommerce"
LOCALES = {"es": "es_ES", "th": "th"}  # WordPress's locale by language


def plugin_words(text: str, language: str) -> str:
    """Return a text of the plugin's page in a language; in English where the plugin has no translation."""
    message = _catalog(language).get(text) if language in LOCALES else None
    return str(message.string) if message and message.string and not message.fuzzy else text


@cache
def _catalog(language: str) -> Catalog:
    with (FOLDER / f"{NAME}-{LOCALES[language]}.po").open("rb") as file:
        return read_po(file, locale=LOCALES[language])
