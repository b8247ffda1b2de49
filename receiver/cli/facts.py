"""`facts`: what staff must record, and what is known about a store."""

from __future__ import annotations

from functools import partial

import click

from receiver.cli.effects import do_and_show, dry_run_option
from receiver.cli.groups import Commands
from receiver.cli.options import actor
from receiver.cli.output import json_option, to_json
from receiver.container import current_container
from receiver.documents.facts import facts_with_terms
from receiver.domain.staff_facts import StaffFactName
from receiver.services.evaluation.evaluate import facts_of
from receiver.services.stores.record_fact import record_staff_fact


@click.group("facts", cls=Commands)
def facts_group() -> None:
    """Show and record what is known about a store."""


@facts_group.command("set")
@click.argument("store")
@click.argument("name", type=click.Choice([name.value for name in StaffFactName]))
@click.argument("value")
@click.option("--reason", required=True)
@click.option("--evidence", required=True, help="Where anybody can check it: a ticket, a bill, a file.")
@dry_run_option
@json_option
def set_command(
    store: str, name: str, value: str, reason: str, evidence: str, dry_run: bool, as_json: bool
) -> None:
    """Record a fact, decide the store anew, and say what that changed.

    VALUE: manual, automatic or unknown (payment) · yes, no or unknown (flags) · a time (linked_at,
    set_up_at) · an id (merchant) · RULE=pass, RULE=fail or RULE=none (override).
    """
    act = partial(
        record_staff_fact, store_id=store, name=name, value=value, reason=reason,
        evidence=evidence, actor=actor(),
    )  # fmt: skip
    do_and_show(store, act, dry_run=dry_run, as_json=as_json)


@facts_group.command("show")
@click.argument("store")
@json_option
def show_command(store: str, as_json: bool) -> None:
    """Show the store's facts document, which `credits decide` reads: JSON, with and without --json."""
    container = current_container()
    now = container.now()
    facts, programme = facts_of(container.at(now), store)
    click.echo(to_json(facts_with_terms(facts, programme, now)))
