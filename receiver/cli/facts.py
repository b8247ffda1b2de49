"""`facts`: what staff must record, and what is known about a store."""

from __future__ import annotations

import click

from receiver.cli.options import actor
from receiver.cli.output import Commands, json_option, print_one, to_json
from receiver.documents.facts import facts_document
from receiver.services.decide import decide_store, facts_of
from receiver.services.record import NAMES, record
from receiver.wiring import wiring


@click.group("facts", cls=Commands)
def facts_group() -> None:
    """What is known about a store."""


@facts_group.command("set")
@click.argument("store")
@click.argument("name", type=click.Choice(NAMES))
@click.argument("value")
@click.option("--reason", required=True)
@click.option("--evidence", required=True, help="Where anybody can check it: a ticket, a bill, a file.")
@json_option
def set_command(store: str, name: str, value: str, reason: str, evidence: str, as_json: bool) -> None:
    """Record a fact, and decide the store anew.

    VALUE: manual, automatic or unknown (payment) · yes, no or unknown (flags) · a time (linked_at,
    set_up_at) · an id (merchant) · RULE=pass, RULE=fail or RULE=none (override).
    """
    parts = wiring()
    recorded = record(
        parts.database, parts.now(), store_id=store, name=name, value=value, reason=reason,
        evidence=evidence, actor=actor(),
    )  # fmt: skip
    decision = decide_store(parts.database, parts.now(), store)
    print_one({**recorded, "stage": decision.stage, "verdict": decision.verdict}, as_json)


@facts_group.command("show")
@click.argument("store")
@json_option
def show_command(store: str, as_json: bool) -> None:
    """The store's facts document: what `credits decide` reads. It is JSON with and without --json."""
    parts = wiring()
    facts, programme = facts_of(parts.database, store)
    click.echo(to_json(facts_document(facts, programme.id, parts.now())))
