"""Reads CSV as spreadsheets write it, detects values they spoil, and protects cells from formulas."""

from __future__ import annotations

import codecs
import re
from decimal import Decimal, InvalidOperation

from receiver.errors import InputError

# A cell that begins so, spaces before it or not, is a formula to one spreadsheet or another.
FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]|\s")
LONG_NUMBER = re.compile(r"[0-9]{12,}", re.ASCII)  # shown as 7.4E+18, and kept with fifteen digits
SHORTENED = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+", re.ASCII)
SPOILT = re.compile(r"#+|#[A-Z/0!?]+[!?]?", re.ASCII)  # a column too narrow; #NAME?, #REF!, #N/A
SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
HELP = "format the column as text before you fill it in"
BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def decode(body: bytes) -> str:
    """Return the text of a file as Excel and others save it: UTF-8, UTF-16 or Windows-1252.

    Raises InputError for anything else.
    """
    bom = next((item for item in BOMS if body.startswith(item)), None)
    encoding = BOMS[bom] if bom else "utf-16-le" if body[1:2] == b"\0" else "utf-8"
    try:
        return body.removeprefix(bom or b"").decode(encoding)
    except UnicodeDecodeError:
        pass
    if encoding != "utf-8" or b"\0" in body or body.startswith(b"PK"):
        raise InputError("is no CSV; save it as CSV UTF-8", path="file")
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError as error:
        raise InputError("is neither UTF-8 nor Windows-1252; save it as CSV UTF-8", path="file") from error


def split_separator(text: str) -> tuple[str | None, str]:
    """Return the separator that a first line such as `sep=;` names, None without one, and the rest."""
    match = SEPARATOR.match(text)
    return (match[1], text[match.end() :]) if match else (None, text)


def protect(text: str) -> str:
    """Return a cell that spreadsheets take for text: an apostrophe before a formula or a long number."""
    return f"'{text}" if FORMULA.match(text) or LONG_NUMBER.fullmatch(text) else text


def unprotect(cell: str) -> str:
    """Return a cell without the apostrophe that `protect` put before it."""
    text = cell.removeprefix("'")
    return text if protect(text) == cell else cell


def check_unspoilt(text: str, path: str) -> None:
    """Raise InputError for an id or a code that a spreadsheet has spoilt."""
    if SHORTENED.fullmatch(text):
        raise InputError(f"{text} is a number that a spreadsheet shortened; {HELP}", path=path)
    if SPOILT.fullmatch(text) or text.startswith("="):
        raise InputError(f"is an error or a formula of a spreadsheet; {HELP}", path=path)


def same_amount(text: str, amount: Decimal) -> bool:
    """Return whether a cell holds this amount, with a point or a comma before its decimals."""
    try:
        return Decimal(text.replace(",", ".")) == amount
    except InvalidOperation:
        return False
