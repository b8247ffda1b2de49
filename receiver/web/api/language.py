"""The reader's language: how the API describes it, reads it and says it."""

from __future__ import annotations

from babel import Locale
from flask import request

from receiver.i18n.languages import LANGUAGES, language_tag

LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "description": f"Of the sentences: {', '.join(LANGUAGES)}; anything else is answered in English.",
    "schema": {"type": "string"},
}
LANGUAGE_HEADERS = {
    "Content-Language": {"schema": {"type": "string"}},
    "Vary": {"schema": {"type": "string"}},
}


def languages_wanted() -> list[str]:
    """Best first, refused ones left out."""
    # Not Werkzeug's best_match: it looks for exact tags first, and answers "es-AR, en;q=0.1" in English.
    return [tag for tag, quality in request.accept_languages if quality > 0]


def in_language(locale: Locale) -> dict[str, str]:
    """The headers of an answer in this language."""
    return {"Content-Language": language_tag(locale), "Vary": "Accept-Language"}
