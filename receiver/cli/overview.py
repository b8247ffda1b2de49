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
    found = overview_document(read_overview(container.database, container.budget, container.now()))
    print_one(found if as_json else _readable(found), as_json)


def _readable(found: dict[str, Any]) -> dict[str, Any]:
    """With lists of one line each."""
    stages, awards = found["stages"] or {}, found["awards"] or {}
    return {
        **found,
        "matters": [{**matter, "credit": _words(matter["credit"])} for matter in found["matters"]],
        "stages": [{"stage": stage, "stores": count} for stage, count in stages.items()],
        "awards": [
            {"state": state, "currency": currency, **total}
            for state, of in awards.items()
            for currency, total in of.items()
        ],
    }


def _words(credit: dict[str, str]) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in credit.items())
