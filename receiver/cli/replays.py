"""`deliveries replay` and `deliveries replays`: ask for one, follow it, look back, cancel."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import click
from flask.cli import with_appcontext

from receiver.cli.options import NUMBER, actor, delivery_filters, limit_option
from receiver.cli.output import json_option, print_one, print_rows
from receiver.container import Container, current_container
from receiver.domain.deliveries import DeliveryFilters
from receiver.domain.replays import DEFAULT_RATE, ReplayState
from receiver.errors import Refused
from receiver.home import COMMAND
from receiver.services.deliveries.replay import (
    HIGHEST_RATE,
    SAY_WHICH,
    ReplayPreview,
    ReplayProgress,
    Result,
    cancel,
    page_of_replays,
    preview,
    progress,
    replay_next,
    results,
    start,
)
from receiver.services.operations.readiness import lacks_worker

LOOK_SECONDS = 0.2
LINE_EVERY = timedelta(seconds=5)  # where there is no terminal to write one line over and over
COLUMNS = ("id", "state", "asked_at", "actor", "which", "total", "done", "rate", "reason")


@click.command("replay")
@with_appcontext
@click.argument("ids", metavar="[ID…]", type=NUMBER, nargs=-1)
@delivery_filters
@click.option("--reason", help="Why; kept with each attempt and in the audit.")
@click.option("--dry-run", is_flag=True, help="Count what would be replayed, and change nothing.")
@click.option(
    "--rate", type=click.IntRange(1, HIGHEST_RATE), default=DEFAULT_RATE, show_default=True,
    help="At most so many deliveries a second.",
)  # fmt: skip
@click.option("--no-wait", is_flag=True, help="Leave it to the worker, and do not follow it.")
@json_option
def replay_command(
    ids: tuple[int, ...],
    filters: DeliveryFilters,
    reason: str | None,
    dry_run: bool,
    rate: int,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Process deliveries once more, by ids or by the filters of `list`; what succeeded changes nothing.

    The worker does it in the background, live deliveries first. This command follows it; without a worker it
    does the work itself. Ctrl-C leaves it to the worker.
    """
    container, selection = current_container(), _check_choice(ids, filters)
    if dry_run:
        print_one(_preview_row(preview(container, selection)), as_json)
        return
    if reason is None:
        raise click.UsageError("a replay needs --reason (or --dry-run to look first)")
    started = start(container, selection, actor=actor(), reason=reason, rate=rate)
    if no_wait:
        _say_worker_goes_on(container, started)
    final = started if no_wait else _follow(container, started)
    row = _row(final)
    outcomes = results(container.database, final.id) if ids and final.state != ReplayState.RUNNING else []
    if outcomes:
        row["deliveries"] = [_result(item) for item in outcomes]
    print_one(row, as_json)
    _raise_left_out(outcomes)


@click.command("replays")
@with_appcontext
@click.option(
    "--cancel", "cancelled_id", metavar="ID", type=NUMBER, help="End this one; what is done stays done."
)
@limit_option
@json_option
def replays_command(cancelled_id: int | None, limit: int, as_json: bool) -> None:
    """List replays and their progress, the newest first."""
    container = current_container()
    if cancelled_id is not None:
        print_one(_row(cancel(container, cancelled_id, actor=actor())), as_json)
        return
    page = page_of_replays(container.database, limit=limit)
    print_rows(page.show(_row).rows, as_json, COLUMNS)


def _check_choice(ids: tuple[int, ...], filters: DeliveryFilters) -> DeliveryFilters:
    """Return the deliveries to replay. Raises click.UsageError unless either ids or filters choose them."""
    if ids and filters.as_json():
        raise click.UsageError("either ids or filters, not both")
    if not ids and not filters.as_json():
        raise click.UsageError(SAY_WHICH)
    return replace(filters, ids=tuple(dict.fromkeys(ids))) if ids else filters


def _follow(container: Container, replay: ReplayProgress) -> ReplayProgress:
    """Print the progress of a replay until it has ended or Ctrl-C is pressed; return how it is then."""
    line_due = container.now() + LINE_EVERY
    try:
        while replay.state == ReplayState.RUNNING:
            if sys.stderr.isatty():
                click.echo(f"\r{_line(replay)}", err=True, nl=False)
            elif container.now() >= line_due:
                click.echo(_line(replay), err=True)
                line_due = container.now() + LINE_EVERY
            _pause(_go_on(container))
            replay = progress(container.database, replay.id)
    except KeyboardInterrupt:
        _say_worker_goes_on(container, replay)
    if sys.stderr.isatty():
        click.echo(f"\r{_line(replay)}", err=True)
    return replay


def _go_on(container: Container) -> float:
    """Do a batch where no worker would, and return how many seconds to wait now."""
    if not lacks_worker(container):
        return LOOK_SECONDS
    next_at = replay_next(container)
    wait = 0.0 if next_at is None else (next_at - container.now()).total_seconds()
    return min(LOOK_SECONDS, max(0.0, wait))


def _pause(seconds: float) -> None:
    time.sleep(seconds)


def _say_worker_goes_on(container: Container, replay: ReplayProgress) -> None:
    until = f", once `{COMMAND} worker` runs" if lacks_worker(container) else ""
    click.echo(
        f"replay {replay.id} is left to the worker{until}; see it with `deliveries replays`, "
        f"end it with `deliveries replays --cancel {replay.id}`",
        err=True,
    )


def _raise_left_out(outcomes: list[Result]) -> None:
    refused = [item.error for item in outcomes if item.outcome is None and item.error]
    if refused:
        raise Refused(f"{len(refused)} of {len(outcomes)} left out: {'; '.join(refused)}")


def _line(replay: ReplayProgress) -> str:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in replay.outcomes.items())
    return f"replay {replay.id}: {replay.done} of {replay.total}" + (f" ({outcomes})" if outcomes else "")


def _row(replay: ReplayProgress) -> dict[str, Any]:
    return {
        "id": replay.id,
        "state": replay.state,
        "asked_at": replay.asked_at,
        "actor": replay.actor,
        "reason": replay.reason,
        "which": _as_options(replay.filters),
        "rate": replay.rate,
        "total": replay.total,
        "done": replay.done,
        "ended_at": replay.ended_at,
        "outcomes": _counts("outcome", replay.outcomes),
    }


def _as_options(filters: dict[str, Any]) -> str:
    """Return filters, or ids, as they are typed on the command line."""
    ids = " ".join(map(str, filters.get("ids", ())))
    options = " ".join(
        f"--{name.replace('_', '-')} {value}" for name, value in filters.items() if name != "ids"
    )
    return ids or options


def _preview_row(counts_now: ReplayPreview) -> dict[str, Any]:
    return {
        "matching": counts_now.matching,
        "to_replay": counts_now.to_replay,
        "changes_nothing": counts_now.changes_nothing,
        "oldest": counts_now.oldest,
        "newest": counts_now.newest,
        "saved": False,
        "left_out": _counts("why", counts_now.left_out),
        **{f"by_{kind}": _counts(kind, counts) for kind, counts in counts_now.by.items()},
        "store_names": counts_now.store_names,
    }


def _counts(name: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{name: what, "count": count} for what, count in counts.items()]


def _result(result: Result) -> dict[str, Any]:
    return {"id": result.delivery_id, "outcome": result.outcome or "left out", "error": result.error}
