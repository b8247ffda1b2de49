"""`decisions`: what was decided for a store, what changed each time, and from what."""

from __future__ import annotations

from typing import Any

import click

from receiver.cli.groups import Commands
from receiver.cli.options import NUMBER, limit_option
from receiver.cli.output import json_option, print_one, print_rows
from receiver.container import current_container
from receiver.services.decisions.history import page_of_decisions, show_decision


@click.group("decisions", cls=Commands)
def decisions_group() -> None:
    """Show the history of decisions about stores; nothing in it is ever changed."""


@decisions_group.command("list")
@click.argument("store", metavar="STORE")
@limit_option
@json_option
def list_command(store: str, limit: int, as_json: bool) -> None:
    """List a store's decisions, the newest first; the same answer from the same facts is listed once."""
    rows = page_of_decisions(current_container().database, store, limit=limit).rows
    shown = rows if as_json else [{**row, "changed": _summary(row["changes"])} for row in rows]
    print_rows(shown, as_json, ("id", "decided_at", "stage", "verdict", "changed"))


@decisions_group.command("show")
@click.argument("decision", metavar="ID", type=NUMBER)
@json_option
def show_command(decision: int, as_json: bool) -> None:
    """Show a decision exactly as it was made; --json adds the facts and terms it rests on."""
    shown = show_decision(current_container().database, decision)
    print_one(shown if as_json else _readable(shown), as_json)


def _summary(changes: list[dict[str, Any]]) -> list[str]:
    """The dates of spend and the rows of payments count together."""
    parts = (change["what"].split(".") for change in changes)
    return list(
        dict.fromkeys(
            ".".join(part[:2] if part[1:2] in (["spend"], ["payments"]) else part) for part in parts
        )
    )


def _readable(shown: dict[str, Any]) -> dict[str, Any]:
    answer = shown["answer"]
    rules = [{name: rule[name] for name in ("id", "outcome", "text")} for rule in answer["rules"]]
    plain = {name: shown[name] for name in ("id", "store", "decided_at", "stage", "verdict")}
    return {**plain, "headline": answer["headline"], "changes": shown["changes"], "rules": rules}
