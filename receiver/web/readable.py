"""Refuses requests that no page, service or database can work with, before any of them sees them."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

from receiver.errors import InputError

LONGEST_NAME = 100  # of a field; it is told in an error
FORMS = "/admin", "/connect"  # the API reads no form, and no body before its token


class _Number(IntegerConverter):
    """A number that a column can hold: any other names nothing here."""

    regex = r"[0-9]{1,18}"


def register(app: Flask) -> None:
    """Bound the numbers in addresses; call it before any route is added."""
    app.url_map.converters["int"] = _Number
    app.before_request(_refuse_unreadable)


def _refuse_unreadable() -> None:
    """Answer 404 to an unreadable address, 400 to a query or a form."""
    if not all(str(part).isprintable() for part in (request.view_args or {}).values()):
        abort(404)
    for name, text in _query_and_form():
        if _is_no_text(name) or len(name) > LONGEST_NAME:
            abort(400)
        if _is_no_text(text):
            raise InputError("must be text", path=name)


def _query_and_form() -> Iterator[tuple[str, str]]:
    """Yield what a query and a form hold, by name."""
    try:
        yield from request.args.items(multi=True)
    except UnicodeDecodeError:
        abort(400)
    if request.path.startswith(FORMS):
        yield from request.form.items(multi=True)


def _is_no_text(text: str) -> bool:
    """Return whether a text is none: PostgreSQL keeps no NUL, and half a character is no text anywhere."""
    return "\0" in text or (not text.isascii() and _is_broken(text))


def _is_broken(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
