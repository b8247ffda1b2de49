"""Exception → answer, in one table; no view builds an error body. A page for people, JSON for programs."""

from __future__ import annotations

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from receiver.errors import (
    Busy,
    InputError,
    NotFound,
    ProviderError,
    ReceiverError,
    Refused,
    ShopError,
    StorageUnavailable,
)
from receiver.i18n.languages import language_tag, reader_locale
from receiver.i18n.pages import error_words
from receiver.logs import get_logger
from receiver.web.api.language import accepted_languages
from receiver.web.audience import CONSOLE, lies_in, wants_page

RETRY_AFTER_SECONDS = "5"
STATUS: tuple[tuple[type[ReceiverError], int], ...] = (
    (InputError, 400),
    (NotFound, 404),
    (Refused, 409),
    (ProviderError, 502),
    (ShopError, 502),
    (StorageUnavailable, 503),
    (Busy, 503),
)

log = get_logger(__name__)


def register(app: Flask) -> None:
    """Register the answer to each kind of exception."""
    app.register_error_handler(ReceiverError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _ours(error: ReceiverError) -> Response:
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    if status == 503:
        log.warning("not answered", path=request.path, error=str(error), kind=type(error).__name__)
        return _answer(503, "temporarily unavailable", {"Retry-After": RETRY_AFTER_SECONDS})
    return _answer(status, str(error))


def _http(error: HTTPException) -> Response:
    """Answer an HTTP error with the headers it carries, such as the Allow of a 405."""
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return _answer(error.code or 500, _wrong_argument(error) or error.name.lower(), headers)


def _wrong_argument(error: HTTPException) -> str | None:
    """Return the first problem that webargs found, as "field: what is wrong"; None without one."""
    messages, path = (getattr(error, "data", None) or {}).get("messages"), ""
    while isinstance(messages, dict) and messages:
        path, messages = next(iter(messages.items()))
    return f"{path}: {messages[0]}" if isinstance(messages, list) and messages else None


def _unforeseen(error: Exception) -> Response:
    log.exception("unforeseen error", path=request.path)
    return _answer(500, "internal error")


def _answer(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    if not wants_page(request.path, request.accept_mimetypes):
        answer = jsonify(error=message)
    elif lies_in(request.path, CONSOLE):
        answer = make_response(render_template("error.html", message=message))
    else:
        answer = _page(status)
    answer.status_code = status
    answer.headers.update(headers or {})
    answer.vary.update(("Accept", "Accept-Language"))
    return answer


def _page(status: int) -> Response:
    locale = reader_locale(accepted_languages())
    words = error_words(status, locale)
    return make_response(render_template("connect/error.html", message=words, language=language_tag(locale)))
