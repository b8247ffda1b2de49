"""Answers in place of the app, before it sees a call: too busy, or a body that is not to be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from receiver.i18n.languages import language_tag, reader_locale
from receiver.i18n.pages import error_words
from receiver.web.audience import languages_in, wants_page
from receiver.web.headers import SECURITY_HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Without a template or another file: it is sent when there is no capacity for more.
PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{text}</title>'
    "<h1>{text}</h1><p>{next_step}</p></html>"
)


def refuse(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    status: str,
    message: str,
    headers: Sequence[tuple[str, str]] = (),
) -> list[bytes]:
    """Answer a person with a page in their language, and a program with `message`; read nothing of a body."""
    request = Request(environ)
    is_page = wants_page(request.path, request.accept_mimetypes)
    body = _page(request, int(status[:3])) if is_page else json.dumps({"error": message})
    content = body.encode()
    kind = "text/html; charset=utf-8" if is_page else "application/json"
    described = [
        ("Content-Type", kind),
        ("Content-Length", str(len(content))),
        ("Vary", "Accept, Accept-Language"),
    ]
    start_response(status, [*described, *SECURITY_HEADERS.items(), *headers])
    return [] if request.method == "HEAD" else [content]


def _page(request: Request, status: int) -> str:
    locale = reader_locale(languages_in(request.accept_languages))
    words = error_words(status, locale)
    return PAGE.format(
        language=language_tag(locale), text=escape(words.text), next_step=escape(words.next_step or "")
    )
