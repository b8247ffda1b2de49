"""`programmes`: the terms that ship with the service, and a check of any file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from receiver.cli.output import Commands, json_option, print_one, print_rows
from receiver.documents.programme import (
    load_programme,
    programme_data,
    read_programme_file,
    shipped_programmes,
)
from receiver.domain.programme import Programme, outlives_credit


@click.group("programmes", cls=Commands)
def programmes_group() -> None:
    """The terms of offers."""


@programmes_group.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """The programmes that ship with the service."""
    rows = [_summary(load_programme(name)) for name in shipped_programmes()]
    print_rows(rows, as_json)


@programmes_group.command("show")
@click.argument("programme", metavar="ID|FILE")
@json_option
def show_command(programme: str, as_json: bool) -> None:
    """One programme's terms."""
    terms = programme_data(load_programme(programme))
    print_one(terms if as_json else _readable(terms), as_json)


@programmes_group.command("check")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@json_option
def check_command(file: Path, as_json: bool) -> None:
    """Check that a file's terms can be applied; warn of windows that outlive the credit."""
    terms = read_programme_file(file)
    print_one({"id": terms.id, "valid": True, "warnings": _warnings(terms)}, as_json)


def _summary(terms: Programme) -> dict[str, Any]:
    return {
        "id": terms.id,
        "opens": terms.opens,
        "closes": terms.closes,
        "credit_expires": terms.credit_expires,
        "markets": [market.country for market in terms.markets],
        "title": terms.title,
    }


def _readable(terms: dict[str, Any]) -> dict[str, Any]:
    """The same for a reader: a market a line."""
    markets = [
        {
            "country": market["country"],
            "currency": market["currency"],
            "tiers": ", ".join(f"{tier['threshold']} → {tier['credit']}" for tier in market["tiers"]),
        }
        for market in terms["markets"]
    ]
    window = f"{terms['window']['days']} days from {terms['window']['anchor']}"
    return {**terms, "window": window, "markets": markets}


def _warnings(terms: Programme) -> list[str]:
    if outlives_credit(terms):
        return ["a window that begins on the last day becomes final only after the credit has expired"]
    return []
