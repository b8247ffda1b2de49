"""`problems`: what goes wrong with messages, by cause and store, and who has seen it."""

from __future__ import annotations

import click

from receiver.cli.groups import Commands
from receiver.cli.options import NUMBER, ChoiceOption, actor, limit_option
from receiver.cli.output import json_option, print_one, print_rows
from receiver.container import current_container
from receiver.domain.problems import ProblemCause, ProblemFilters, ProblemState
from receiver.domain.troubles import Actor
from receiver.services.problems.listing import acknowledge_problem, list_problems, problem_document

COLUMNS = ("id", "cause", "who", "store", "store_name", "count", "first_at", "last_at", "cure")


@click.group("problems", cls=Commands)
def problems_group() -> None:
    """Show problems with what senders deliver, by cause and store."""


@problems_group.command("list")
@click.option("--state", type=ChoiceOption(ProblemState), default=ProblemState.OPEN.value, show_default=True)
@click.option("--store", help="The store's id, or part of its name, address or id.")
@click.option("--cause", type=ChoiceOption(ProblemCause))
@click.option("--who", type=ChoiceOption(Actor), help="Must act.")
@limit_option
@json_option
def list_command(
    state: ProblemState,
    store: str | None,
    cause: ProblemCause | None,
    who: Actor | None,
    limit: int,
    as_json: bool,
) -> None:
    """List problems, the most urgent cause first."""
    filters = ProblemFilters(state, store, cause, who)
    problems = list_problems(current_container().database, filters, limit)
    print_rows([problem_document(problem) for problem in problems], as_json, COLUMNS)


@problems_group.command()
@click.argument("problem_id", metavar="ID", type=NUMBER)
@click.option("--note", required=True, help="What is known or done about it; kept in the audit.")
@json_option
def acknowledge(problem_id: int, note: str, as_json: bool) -> None:
    """Note that you have seen an open problem; it ends by itself all the same."""
    container = current_container()
    problem = acknowledge_problem(container, problem_id, note=note, actor=actor())
    print_one(problem_document(problem), as_json)
