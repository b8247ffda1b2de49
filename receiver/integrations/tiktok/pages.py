"""Reading of all pages of a report, which must not contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema

from receiver.errors import Advice
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.schemas import load

Row = Mapping[str, Any]


def read_pages(ask: Callable[[int], Reply], schema: Schema, *, most: int) -> tuple[list[Row], Reply]:
    """Return all rows of a report of at most `most` pages, and the last reply; `ask` takes a page's number.

    Raises ProviderError, to be tried again, where the report changed between two pages: rows may then be
    missing or doubled.
    """
    reply = ask(1)
    page = load(schema, reply)
    first, rows = page["page_info"], list(page["list"])
    _check(reply, first, first, number=1, most=most)
    for number in range(2, first["total_page"] + 1):
        reply = ask(number)
        page = load(schema, reply)
        _check(reply, page["page_info"], first, number=number, most=most)
        rows += page["list"]
    if len(rows) != first["total_number"]:
        raise reply.error(f"{first['total_number']} rows promised, {len(rows)} came", Advice.AGAIN)
    return rows, reply


def _check(reply: Reply, info: Row, first: Row, *, number: int, most: int) -> None:
    if info["page"] != number:
        raise reply.error(f"page {info['page']} came for page {number}", Advice.AGAIN)
    if (info["total_page"], info["total_number"]) != (first["total_page"], first["total_number"]):
        raise reply.error(f"the report changed while page {number} was read", Advice.AGAIN)
    if info["total_page"] > most:
        raise reply.error(f"{info['total_page']} pages where {most} would do", Advice.AGAIN)
