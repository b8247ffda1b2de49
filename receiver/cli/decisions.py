"""`decisions`: the history of decisions about a store, with what changed each time and why."""

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
    table = rows if as_json else [{**row, "changed": _changed_facts(row["changes"])} for row in rows]
    print_rows(table, as_json, ("id", "decided_at", "stage", "verdict", "changed"))


@decisions_group.command("show")
@click.argument("decision", metavar="ID", type=NUMBER)
@json_option
def show_command(decision: int, as_json: bool) -> None:
    """Show a decision exactly as it was made; --json adds the facts and terms it rests on."""
    document = show_decision(current_container().database, decision)
    print_one(document if as_json else _readable(document), as_json)


def _changed_facts(changes: list[dict[str, Any]]) -> list[str]:
    """Return which facts changed, once each; the dates of spend and the rows of payments count together."""
    parts = (change["what"].split(".") for change in changes)
    return list(
        dict.fromkeys(
            ".".join(part[:2] if part[1:2] in (["spend"], ["payments"]) else part) for part in parts
        )
    )


def _readable(decision: dict[str, Any]) -> dict[str, Any]:
    """Return a decision with its rules as a table, without the documents it rests on."""
    answer = decision["answer"]
    rules = [{name: rule[name] for name in ("id", "outcome", "text")} for rule in answer["rules"]]
    plain = {name: decision[name] for name in ("id", "store", "decided_at", "stage", "verdict")}
    return {**plain, "headline": answer["headline"], "changes": decision["changes"], "rules": rules}
