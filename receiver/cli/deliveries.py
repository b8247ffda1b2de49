"""`deliveries`: the inbox, the quarantine and the rejected calls."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import click

from receiver.cli.groups import Commands
from receiver.cli.options import NUMBER, ChoiceOption, actor, delivery_filters, limit_option
from receiver.cli.output import json_option, print_one, print_rows, to_json
from receiver.cli.replays import replay_command, replays_command
from receiver.container import current_container
from receiver.domain.deliveries import DeliveryFilters
from receiver.domain.rejections import RejectionReason
from receiver.services.deliveries.detail import DeliveryAttempt, delivery_detail, raw_body, redacted_body
from receiver.services.deliveries.purge import count_expired, purge
from receiver.services.deliveries.search import (
    MOST_COUNTED,
    DeliverySummary,
    count_by_state,
    list_deliveries,
)
from receiver.services.inbox.quarantine import page_of_quarantine, release_from_quarantine
from receiver.services.inbox.rejections import CountOfStore, SampleOfStore, list_samples, page_of_rejections

COLUMNS = (
    "id",
    "state",
    "source",
    "store_name",
    "store",
    "topic",
    "received_at",
    "duplicates",
    "due_at",
    "error",
)


@click.group("deliveries", cls=Commands)
def deliveries_group() -> None:
    """List deliveries and what became of them."""


@deliveries_group.command("list")
@delivery_filters
@limit_option
@json_option
def list_command(filters: DeliveryFilters, limit: int, as_json: bool) -> None:
    """List deliveries, the newest first."""
    deliveries = list_deliveries(current_container().database, filters, limit)
    print_rows([_row(delivery) for delivery in deliveries], as_json, COLUMNS)


@deliveries_group.command("counts")
@delivery_filters
@json_option
def counts_command(filters: DeliveryFilters, as_json: bool) -> None:
    """Count by state, where stores and times alone are asked for and that is known at a glance."""
    counts = count_by_state(current_container().database, filters)
    if counts is None:
        raise click.ClickException("too many to count at a glance; ask for a store or a time, or list them")
    rows = [
        {"state": state, "count": min(count, MOST_COUNTED), "more": count > MOST_COUNTED}
        for state, count in counts.items()
    ]
    print_rows(rows, as_json)


@deliveries_group.command()
@click.argument("delivery_id", metavar="ID", type=NUMBER)
@click.option("--body", "with_body", is_flag=True, help="Its JSON too, without secrets and people.")
@click.option("--raw", is_flag=True, help="Nothing but the bytes as they were received; audited.")
@json_option
def show(delivery_id: int, with_body: bool, raw: bool, as_json: bool) -> None:
    """Show a delivery, its attempts, and the re-check of its hash and signature."""
    container = current_container()
    if raw and (with_body or as_json):
        raise click.UsageError("--raw prints the bytes and nothing else")
    if raw:
        click.echo(raw_body(container, delivery_id, actor=actor()), nl=False)
        return
    viewed = delivery_detail(container, delivery_id)
    signed = viewed.signature
    row = _row(viewed.delivery) | {"body_hash": viewed.body_hash, "signature": signed.proof}
    row |= {"secret": signed.secret, "secret_until": signed.until}
    row["attempts"] = [_attempt(attempt) for attempt in viewed.attempts]
    if not with_body:
        print_one(row, as_json)
        return
    body, hidden = redacted_body(viewed)
    if as_json:
        print_one({**row, "hidden": hidden, "body": body}, as_json)
    else:
        print_one({**row, "hidden": hidden}, as_json)
        click.echo(to_json(body))


deliveries_group.add_command(replay_command)
deliveries_group.add_command(replays_command)


@deliveries_group.command("quarantine")
@click.argument("ids", metavar="[ID…]", type=NUMBER, nargs=-1)
@click.option("--store", help="The store's id, or part of its name, address or id.")
@click.option(
    "--release", "--take-in", is_flag=True, help="Verify anew, and accept what is valid; with --reason."
)
@click.option("--reason", help="Why; kept in the audit.")
@click.option("--dry-run", is_flag=True, help="With --release: say what would happen, and change nothing.")
@limit_option
@json_option
def quarantine_command(
    ids: tuple[int, ...],
    store: str | None,
    release: bool,
    reason: str | None,
    dry_run: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List what stores sent with a signature that did not fit, the oldest first.

    Put the store's secret right (`stores rotate-secret --webhook-secret -`), then --release: what verifies
    goes into the inbox like any delivery, the rest stays for 14 days.
    """
    container = current_container()
    if not release:
        print_rows(page_of_quarantine(container.database, store, limit=limit).rows, as_json)
        return
    if reason is None:
        raise click.UsageError("--release needs --reason")
    results = release_from_quarantine(
        container,
        store=store, ids=ids, reason=reason, actor=actor(), dry_run=dry_run
    )  # fmt: skip
    print_rows(
        [{"id": item.id, "delivery": item.delivery_id, "problem": item.problem} for item in results], as_json
    )


@deliveries_group.command("purge")
@click.option("--dry-run", is_flag=True, help="Say how many rows would go, and change nothing.")
@json_option
def purge_command(dry_run: bool, as_json: bool) -> None:
    """Forget what is older than it is kept, as the worker does every night.

    Deliveries that ended are kept for KEEP_DELIVERIES_DAYS, quarantine for 14 days, samples for 30.
    """
    container = current_container()
    keep_days = container.settings.keep_deliveries_days
    if dry_run:
        counts = count_expired(container, keep_days)
    else:
        counts = purge(
            container,
            keep_days,
            within=timedelta(hours=1),
            progress=_print_progress,
        )
    print_one({**counts, "saved": not dry_run}, as_json)


def _print_progress(counts: dict[str, int]) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{', '.join(f'{kind} {count}' for kind, count in counts.items())}", err=True, nl=False)


@deliveries_group.command("rejected")
@click.option("--store", help="The store's id, or part of its name; empty for callers that are no known one.")
@click.option("--reason", type=ChoiceOption(RejectionReason), help="Why they were rejected.")
@click.option(
    "--samples",
    "as_samples",
    is_flag=True,
    help="The newest calls themselves, without credentials and bodies.",
)
@limit_option
@json_option
def rejected_command(
    store: str | None, reason: RejectionReason | None, as_samples: bool, limit: int, as_json: bool
) -> None:
    """Count rejected calls and pings by day, store and reason."""
    database = current_container().database
    if as_samples:
        rows = [_sample(sample) for sample in list_samples(database, store=store, reason=reason, limit=limit)]
    else:
        page = page_of_rejections(database, store=store, reason=reason, limit=limit)
        rows = [_count(row) for row in page.rows]
    print_rows(rows, as_json)


def _count(count: CountOfStore) -> dict[str, Any]:
    return {
        "day": count.day,
        "store": count.store_id,
        "store_name": count.store_name,
        "reason": count.reason,
        "count": count.count,
    }


def _sample(call: SampleOfStore) -> dict[str, Any]:
    row = {
        "at": call.at,
        "store": call.store_id,
        "store_name": call.store_name,
        "reason": call.reason,
        "bytes": call.bytes,
    }
    return {**row, "headers": [f"{name}: {value}" for name, value in call.headers]}


def _row(delivery: DeliverySummary) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "state": delivery.state,
        "source": delivery.source,
        "store": delivery.store_id,
        "store_name": delivery.store_name,
        "topic": delivery.topic,
        "delivery_id": delivery.delivery_id,
        "webhook_id": delivery.webhook_id,
        "received_at": delivery.received_at,
        "body_sha256": delivery.body_sha256,
        "body_bytes": delivery.body_bytes,
        "duplicates": delivery.duplicates,
        "due_at": delivery.due_at,
        "cause": delivery.reason,
        "error": delivery.error,
        "request_id": delivery.request_id,
    }


def _attempt(attempt: DeliveryAttempt) -> dict[str, Any]:
    return {"at": attempt.at, "actor": attempt.actor, "outcome": attempt.outcome, "error": attempt.error}
