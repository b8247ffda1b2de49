"""Commands on one award: `credits issue`, `code`, `credited`, `block`, `lift` and `show`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click

from receiver.cli.credits import credits_group
from receiver.cli.credits_decide import read_bytes
from receiver.cli.effects import do_and_show, dry_run_option
from receiver.cli.options import ChoiceOption, actor
from receiver.cli.output import json_option, print_one, print_rows
from receiver.container import current_container
from receiver.domain.awards import AwardDelivery, BlockCause
from receiver.errors import Refused
from receiver.services.awards.block import block_award, lift_block
from receiver.services.awards.code import show_code
from receiver.services.awards.correct import correct_reference
from receiver.services.awards.credit import mark_credited
from receiver.services.awards.issue import issue
from receiver.services.awards.issue_file import Planned, issue_file, preview
from receiver.services.awards.listing import show_award
from receiver.services.awards.spreadsheet import decode

__all__ = ["credits_group"]  # the group, with these commands on it

LISTED_PROBLEMS = 5  # in the error's one line; the table has them all

reason_option = click.option("--reason", required=True, help="Why; kept with the award and in the audit.")


@credits_group.command("issue")
@click.argument("award_id", metavar="[ID]", required=False)
@click.option(
    "--reference", help="What the credit can be found by: a ticket, a transaction, the code itself."
)
@click.option("--as", "delivered_as", type=ChoiceOption(AwardDelivery), help="Default: applied.")
@click.option("--from", "source", metavar="CSV|-", help="Columns award,reference or award,reference,as.")
@click.option(
    "--although-flagged",
    metavar="ID",
    multiple=True,
    help="With --from: record this flagged award too; without it such a row is skipped.",
)
@dry_run_option
@json_option
def issue_command(
    award_id: str | None,
    reference: str | None,
    delivered_as: str | None,
    source: str | None,
    although_flagged: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Record that a credit was given: ID with --reference, or many at once --from a CSV file.

    A file is checked as a whole: all its rows are kept, or none. The first line names its columns, award
    and reference, and as (applied or code) if wanted; commas, semicolons and tabs are understood. A row
    with a blank reference is skipped.
    """
    if source is not None and award_id is None and reference is None and delivered_as is None:
        _issue_from(source, frozenset(although_flagged), dry_run, as_json)
    elif source is None and award_id is not None and reference is not None:
        way = delivered_as or AwardDelivery.APPLIED
        _act(issue, award_id, dry_run, as_json, reference=reference, delivered_as=way)
    else:
        raise click.UsageError("write either ID --reference REF [--as applied|code], or --from CSV")


@credits_group.command("correct")
@click.argument("award_id", metavar="ID")
@click.option("--reference", required=True, help="The right reference.")
@click.option(
    "--as",
    "delivered_as",
    type=ChoiceOption(AwardDelivery),
    default=AwardDelivery.APPLIED.value,
    show_default=True,
)
@reason_option
@dry_run_option
@json_option
def correct_command(
    award_id: str, reference: str, delivered_as: str, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Correct the reference of an issued award; the audit keeps the wrong one."""
    _act(
        correct_reference,
        award_id,
        dry_run,
        as_json,
        reference=reference,
        delivered_as=delivered_as,
        reason=reason,
    )


@credits_group.command("credited")
@click.argument("award_id", metavar="ID")
@click.option("--evidence", required=True, help="What shows that the credit arrived, and where to look.")
@dry_run_option
@json_option
def credited_command(award_id: str, evidence: str, dry_run: bool, as_json: bool) -> None:
    """Record the evidence that an issued credit arrived."""
    _act(mark_credited, award_id, dry_run, as_json, evidence=evidence)


@credits_group.command("block")
@click.argument("award_id", metavar="ID")
@reason_option
@click.option(
    "--cause",
    type=ChoiceOption(BlockCause),
    default=BlockCause.OTHER.value,
    show_default=True,
    help="What the merchant is told.",
)
@dry_run_option
@json_option
def block_command(award_id: str, reason: str, cause: BlockCause, dry_run: bool, as_json: bool) -> None:
    """Block an award: it cannot be issued or credited until the block is lifted."""
    _act(block_award, award_id, dry_run, as_json, reason=reason, cause=cause)


@credits_group.command("lift")
@click.argument("award_id", metavar="ID")
@reason_option
@dry_run_option
@json_option
def lift_command(award_id: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Lift a block: the award is again what it was."""
    _act(lift_block, award_id, dry_run, as_json, reason=reason)


@credits_group.command("show")
@click.argument("award_id", metavar="ID")
@json_option
def show_command(award_id: str, as_json: bool) -> None:
    """Show an award and its history."""
    print_one(show_award(current_container(), award_id), as_json)


@credits_group.command("code")
@click.argument("award_id", metavar="ID")
@json_option
def code_command(award_id: str, as_json: bool) -> None:
    """Show the redeem code of an award in clear; who saw it is audited."""
    container = current_container()
    print_one(show_code(container, award_id, actor()), as_json)


def _act(
    service: Callable[..., dict[str, Any]], award_id: str, dry_run: bool, as_json: bool, **values: Any
) -> None:
    """Apply an act to an award, decide its store, whose stage follows it, and print both."""
    container = current_container()
    store_id = show_award(container, award_id)["store"]
    act = partial(service, award_id=award_id, actor=actor(), **values)
    do_and_show(store_id, act, dry_run=dry_run, as_json=as_json)


def _issue_from(source: str, although_flagged: frozenset[str], dry_run: bool, as_json: bool) -> None:
    container, text = current_container(), decode(read_bytes(source))
    if dry_run:
        planned = preview(container, text, although_flagged)
    else:
        planned = issue_file(container, text, actor(), although_flagged)
    print_rows([_row(item) for item in planned], as_json)
    problems = [f"line {item.row.line}: {item.problem}" for item in planned if item.problem]
    if problems:
        more = f"; and {len(problems) - LISTED_PROBLEMS} more" if len(problems) > LISTED_PROBLEMS else ""
        summary = "; ".join(problems[:LISTED_PROBLEMS]) + more
        raise Refused(f"nothing issued, for {len(problems)} of {len(planned)} rows: {summary}")


def _row(planned: Planned) -> dict[str, Any]:
    issued, award = planned.row.issued, planned.award
    return {
        "line": planned.row.line,
        "award": planned.row.award_id,
        "store": award and award.store,
        "store_name": award and award.store_name,
        "advertiser_id": award and award.advertiser_id,
        "credit": award and award.credit,
        "currency": award and award.currency,
        "reference": issued and issued.shown,
        "as": issued and issued.delivered_as,
        "outcome": planned.outcome,
        "problem": planned.problem,
        "skipped": planned.skipped,
    }
