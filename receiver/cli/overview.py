"""`overview`: what needs a person, five vital signs, and how much goes through the service."""

from __future__ import annotations

from typing import Any

from receiver.cli.output import json_option, print_one
from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.services.overview.summary import overview_document, read_overview


@single_command("overview")
@json_option
def overview_command(as_json: bool) -> None:
    """Show what needs a person, five vital signs, and the last 24 hours; unknown is told as "-"."""
    container = current_container()
    document = overview_document(read_overview(container))
    print_one(document if as_json else _readable(document), as_json)


def _readable(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with lists whose items take one line each."""
    stages, awards = document["stages"] or {}, document["awards"] or {}
    return {
        **document,
        "matters": [{**matter, "credit": _words(matter["credit"])} for matter in document["matters"]],
        "stages": [{"stage": stage, "stores": count} for stage, count in stages.items()],
        "awards": [
            {"state": state, "currency": currency, **total}
            for state, of in awards.items()
            for currency, total in of.items()
        ],
    }


def _words(credit: dict[str, str]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in credit.items())
