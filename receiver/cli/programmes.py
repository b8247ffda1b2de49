"""`programmes`: the terms that stores enrolled in and that ship with the service, and a check of any file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from receiver.cli.effects import dry_run_option
from receiver.cli.groups import Commands
from receiver.cli.options import actor, limit_option
from receiver.cli.output import json_option, print_one, print_rows
from receiver.cli.programmes_check import check_command
from receiver.container import current_container
from receiver.documents.programme import (
    load_shipped,
    programme_data,
    read_programme_bytes,
    read_programme_file,
    shipped_programmes,
)
from receiver.domain.programme import Programme
from receiver.errors import SettingsError
from receiver.services.programmes.load import load_terms
from receiver.services.programmes.terms import find_terms, list_terms


@click.group("programmes", cls=Commands)
def programmes_group() -> None:
    """Show and load the terms of offers."""


@programmes_group.command("list")
@limit_option
@json_option
def list_command(limit: int, as_json: bool) -> None:
    """List programmes: those that stores enrolled in, the one for new stores, and shipped ones."""
    programmes = _all_programmes()
    print_rows([_summary(terms) for terms in (programmes[:limit] if limit else programmes)], as_json)


@programmes_group.command("show")
@click.argument("programme", metavar="ID|FILE")
@json_option
def show_command(programme: str, as_json: bool) -> None:
    """Show a programme's terms: by its id as stores enrolled in it, or those of a file."""
    terms = programme_data(_find_programme(programme))
    print_one(terms if as_json else _readable(terms), as_json)


programmes_group.add_command(check_command)


@programmes_group.command("load")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@dry_run_option
@json_option
def load_command(file: Path, dry_run: bool, as_json: bool) -> None:
    """Let new stores join a file's terms, until PROGRAMME is changed; stores keep those they joined."""
    text = read_programme_bytes(file)
    loaded = load_terms(current_container(), text, actor=actor(), dry_run=dry_run)
    print_one(
        {
            "id": loaded.terms.id,
            "instead_of": loaded.before.id,
            "changes": loaded.changes,
            "warnings": loaded.warnings,
            "saved": not dry_run and not loaded.is_in_force,
        },
        as_json,
    )


def _find_programme(programme: str) -> Programme:
    if "/" in programme or programme.endswith(".toml"):
        return read_programme_file(Path(programme))
    return find_terms(_all_programmes(), programme)


def _all_programmes() -> list[Programme]:
    """Return the programmes there are; without settings there is no database, and only those that ship."""
    try:
        container = current_container()
    except SettingsError:
        return list(map(load_shipped, shipped_programmes()))
    return list_terms(container)


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
    """Return the terms for a reader: a market a line."""
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
