"""Reads every page of a report, and refuses a report whose pages contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema

from receiver.errors import Advice
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.schemas import load

Row = Mapping[str, Any]


def read_pages(ask: Callable[[int], Reply], schema: Schema, *, most: int) -> tuple[list[Row], Reply]:
    """All rows of a report of at most `most` pages, and the last reply; `ask` takes a page's number.

    The report may change between two pages; then rows are missed or seen twice, and half a report is
    no report: ProviderError, to be tried again.
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
        raise reply.trouble(f"{first['total_number']} rows promised, {len(rows)} came", Advice.AGAIN)
    return rows, reply


def _check(reply: Reply, info: Row, first: Row, *, number: int, most: int) -> None:
    if info["page"] != number:
        raise reply.trouble(f"page {info['page']} came for page {number}", Advice.AGAIN)
    if (info["total_page"], info["total_number"]) != (first["total_page"], first["total_number"]):
        raise reply.trouble(f"the report changed while page {number} was read", Advice.AGAIN)
    if info["total_page"] > most:
        raise reply.trouble(f"{info['total_page']} pages where {most} would do", Advice.AGAIN)
