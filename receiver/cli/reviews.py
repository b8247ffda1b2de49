"""`reviews`: what merchants disagree with, and what staff answer."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from receiver.cli.effects import do_and_show, dry_run_option
from receiver.cli.groups import Commands
from receiver.cli.options import ChoiceOption, actor, limit_option
from receiver.cli.output import json_option, print_one, print_rows
from receiver.container import current_container
from receiver.domain.reviews import ReviewState
from receiver.services.reviews.answer import answer_review, validate_answer
from receiver.services.reviews.listing import page_of_reviews
from receiver.services.reviews.show import show_review

COLUMNS = ("id", "store", "state", "asked_at", "answer", "message")


@click.group("reviews", cls=Commands)
def reviews_group() -> None:
    """Answer merchants who believe that an answer is wrong."""


@reviews_group.command("list")
@click.option("--state", type=ChoiceOption(ReviewState))
@limit_option
@json_option
def list_command(state: ReviewState | None, limit: int, as_json: bool) -> None:
    """List reviews, the longest waiting first."""
    print_rows(page_of_reviews(current_container().database, state, limit=limit).rows, as_json, COLUMNS)


@reviews_group.command("show")
@click.argument("review", metavar="ID")
@json_option
def show_command(review: str, as_json: bool) -> None:
    """Show a review, and what the merchant had been told before it asked."""
    review_row = show_review(current_container().database, review)
    print_one(review_row if as_json else _readable(review_row), as_json)


@reviews_group.command("answer")
@click.argument("review", metavar="ID")
@click.option("--uphold", is_flag=True, help="What we said stands.")
@click.option("--override", metavar="RULE=OUTCOME", help="Replace a rule's outcome: pass or fail.")
@click.option("--fact", metavar="NAME=VALUE", help="Record a fact, as `facts set` does; with --evidence.")
@click.option("--evidence", help="Where anybody can check the fact. Default: the review itself.")
@click.option("--reason", required=True, help="Why; the merchant reads it.")
@dry_run_option
@json_option
def answer_command(
    review: str,
    uphold: bool,
    override: str | None,
    fact: str | None,
    evidence: str | None,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Answer a review, and say what that changes for the store."""
    if [uphold, override is not None, fact is not None].count(True) != 1:
        raise click.UsageError("write one of --uphold, --override RULE=OUTCOME and --fact NAME=VALUE")
    container = current_container()

    answer = validate_answer(
        container.now(), review, reason=reason, override=override, fact=fact, evidence=evidence
    )
    act = partial(answer_review, review_id=review, answer=answer, actor=actor())
    store_id = show_review(container.database, review)["store"]
    do_and_show(store_id, act, dry_run=dry_run, as_json=as_json)


def _readable(review: dict[str, Any]) -> dict[str, Any]:
    """Return a review with the rules as a table, in place of the whole document."""
    decision = review.pop("told")
    if decision is None:
        return review
    rules = [{name: rule[name] for name in ("id", "outcome", "text")} for rule in decision["rules"]]
    return {**review, "told": decision["headline"], "rules": rules}
