"""The reader's language: how the API describes it, reads it and says it."""

from __future__ import annotations

from babel import Locale
from flask import request

from receiver.i18n.languages import LANGUAGES, language_tag
from receiver.web.audience import languages_in

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


def accepted_languages() -> list[str]:
    """Return the languages the caller accepts, best first, refused ones left out."""
    return languages_in(request.accept_languages)


def in_language(locale: Locale) -> dict[str, str]:
    """Return the headers of an answer in this language."""
    return {"Content-Language": language_tag(locale), "Vary": "Accept-Language"}
