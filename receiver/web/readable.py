"""What no page, service or database can work with is refused before any of them sees it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

FORMS = "/admin", "/connect"  # the API reads no form, and no body before its token


class _Number(IntegerConverter):
    """A number that a column can hold: any other names nothing here."""

    regex = r"[0-9]{1,18}"


def register(app: Flask) -> None:
    """Before any route is added: numbers in addresses are bounded by it."""
    app.url_map.converters["int"] = _Number
    app.before_request(_refuse_unreadable)


def _refuse_unreadable() -> None:
    """Answers 404 to an address, 400 to a query or a form."""
    if not all(str(part).isprintable() for part in (request.view_args or {}).values()):
        abort(404)
    try:
        given = list(_texts(request.args.items(multi=True)))
    except UnicodeDecodeError:
        abort(400)
    if request.path.startswith(FORMS):
        given += _texts(request.form.items(multi=True))
    # PostgreSQL keeps no NUL, and half a character is no text anywhere.
    if any("\0" in text or (not text.isascii() and _is_broken(text)) for text in given):
        abort(400)


def _texts(pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    return (text for pair in pairs for text in pair)


def _is_broken(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
