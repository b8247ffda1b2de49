"""`stores`: add, show, admit, move, merge and disconnect stores; rotate their secrets and tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from receiver.cli.effects import do_and_show, dry_run_option
from receiver.cli.groups import Commands
from receiver.cli.options import SECRET, STDIN, TIME, ChoiceOption, actor, limit_option
from receiver.cli.output import json_option, print_one, print_rows
from receiver.container import current_container
from receiver.domain.decision import Stage
from receiver.domain.store_filters import NoStage, StoreCondition, StoreFilters
from receiver.domain.troubles import TroubleId
from receiver.i18n.words import shop_trouble_words
from receiver.services.connections.claims import claims_of_store
from receiver.services.connections.disconnect import erase_store, leave_store
from receiver.services.connections.move_store import move_store
from receiver.services.connections.reconcile import reconcile_store
from receiver.services.connections.rotate import rotate_webhook_secrets
from receiver.services.connections.show import connection_document
from receiver.services.deliveries.restart import restart_sequence
from receiver.services.stores.add import add_store, added_store_document
from receiver.services.stores.admit import admit_store, admit_stores
from receiver.services.stores.details import StoreDetails
from receiver.services.stores.identifiers import webhook_path
from receiver.services.stores.likeness import keep_apart, page_of_suggestions, suggestions_for
from receiver.services.stores.listing import CONDITIONS, STAGES, list_stores, store_row
from receiver.services.stores.merge import merge_merchants
from receiver.services.stores.records import StoreRecord
from receiver.services.stores.rotate_secret import LONGEST_OVERLAP
from receiver.services.stores.rotate_token import rotate_token
from receiver.services.stores.secret import rotate_or_set
from receiver.services.stores.show import show_store

COLUMNS = ("id", "url", "name", "country", "merchant", "admitted_at", "set_up_at", "stage", "verdict")


@click.group("stores", cls=Commands)
def stores_group() -> None:
    """Manage the stores of the programme."""


@stores_group.command()
@click.option("--url", required=True, help="The shop's home, such as https://shop.example/.")
@click.option("--name", required=True)
@click.option("--country", required=True, help="Two capital letters, such as US.")
@click.option("--currency", required=True, help="Three capital letters, such as USD.")
@click.option("--merchant", help="The merchant's id when it has other stores; default: its own merchant.")
@click.option("--webhook-secret", type=SECRET, help=f"Default: a new one of letters and digits; {STDIN}")
@click.option("--joined-at", type=TIME, help="When it joined the programme; default: now.")
@click.option("--admit", is_flag=True, help="Give it a place even when the programme is full.")
@json_option
def add(
    as_json: bool,
    webhook_secret: str | None,
    joined_at: datetime | None,
    admit: bool,
    **details: Any,
) -> None:
    """Add a store and print its webhook address, signing secret and status token, this once."""
    container = current_container()
    store = add_store(
        container,
        StoreDetails(**details),
        programme=container.settings.programme,
        actor=actor(),
        webhook_secret=webhook_secret,
        admit=admit,
        joined_at=joined_at,
    )
    print_one(added_store_document(store, container.settings.public_url), as_json)


@stores_group.command("list")
@click.option("--stage", type=ChoiceOption(STAGES))
@click.option("--country", help="Two capital letters, such as US.")
@click.option("--condition", type=ChoiceOption(CONDITIONS), help="What a store may be, whatever its stage.")
@click.option("--waiting", is_flag=True, help="Those that wait for a place, the next in line first.")
@click.option("--text", help="Part of a name, address or id.")
@limit_option
@json_option
def list_command(
    stage: Stage | NoStage | None,
    country: str | None,
    condition: StoreCondition | TroubleId | None,
    waiting: bool,
    text: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List stores, the newest first."""
    if waiting and condition is not None:
        raise click.UsageError("either --waiting or --condition, not both")
    filters = StoreFilters(stage, country, StoreCondition.WAITING if waiting else condition, text)
    public_url = current_container().settings.public_url
    rows = [
        {**row, "webhook_url": public_url + webhook_path(row["id"])}
        for row in list_stores(current_container().database, filters, limit)
    ]
    print_rows(rows, as_json, COLUMNS)


@stores_group.command()
@click.argument("store_id", metavar="STORE")
@json_option
def show(store_id: str, as_json: bool) -> None:
    """Show a store, without its secrets."""
    database = current_container().database
    row = _row(show_store(database, store_id))
    alike = suggestions_for(database, store_id)
    more = {
        "may_be_one_merchant": [item["other"] for item in alike],
        "merge_suggestions": alike,
        "claims": claims_of_store(database, store_id),
    }
    print_one({**row, **more, **connection_document(database, store_id)}, as_json)


@stores_group.command("suggestions")
@click.option("--after", help="The last store of the page before.")
@limit_option
@json_option
def suggestions_command(after: str | None, limit: int, as_json: bool) -> None:
    """List stores whose award waits until you say whether another store has the same merchant."""
    rows = page_of_suggestions(current_container().database, after=after, limit=limit).rows
    print_rows(rows, as_json, ("store", "store_name", "other", "other_name", "why", "since"))


@stores_group.command("keep-apart")
@click.argument("store_id", metavar="STORE")
@click.argument("other", metavar="OTHER")
@click.option("--reason", required=True, help="Why they are of different merchants; kept in the audit.")
@json_option
def keep_apart_command(store_id: str, other: str, reason: str, as_json: bool) -> None:
    """Say once that two stores are of different merchants: neither stops the other's award any more."""
    container = current_container()
    answer = keep_apart(container, store_id, other=other, reason=reason, actor=actor())
    print_one(answer, as_json)


@stores_group.command("merge")
@click.argument("store_id", metavar="STORE")
@click.option("--into", required=True, metavar="STORE", help="A store of the merchant that stays.")
@click.option("--reason", required=True, help="Why; kept in the audit.")
@click.option("--evidence", required=True, help="Where anybody can check it.")
@dry_run_option
@json_option
def merge_command(as_json: bool, store_id: str, dry_run: bool, **arguments: str) -> None:
    """Make two merchants one: one place in the offer, one credit."""
    container = current_container()
    merged = merge_merchants(container, store_id, **arguments, actor=actor(), dry_run=dry_run)
    stores = [
        {"id": store.store, "stage": store.after.stage, "effect": store.changes} for store in merged.stores
    ]
    answer = {"merchant": merged.merchant, "stores": stores, "placed": list(merged.placed)}
    print_one({**answer, "saved": not dry_run}, as_json)


@stores_group.command()
@click.argument("store_id", metavar="STORE")
@json_option
def reconcile(store_id: str, as_json: bool) -> None:
    """Look at a connected store now: facts, webhooks, the plugin; what differs is repaired and recorded."""
    container = current_container()
    result = reconcile_store(container, store_id)
    print_one(
        {
            "id": store_id,
            "trouble": result.trouble,
            "plugin_had_news": result.caught_up,
            "connection_ended": result.has_ended,
            "changed": [
                {"fact": name, "was": _on_one_line(was), "is": _on_one_line(now)}
                for name, (was, now) in result.changed.items()
            ],
            "repaired": list(result.repaired),
        },
        as_json,
    )
    if result.trouble is not None:
        raise click.ClickException(str(shop_trouble_words(result.trouble).text))


@stores_group.command()
@click.argument("store_ids", metavar="STORE…", nargs=-1, required=True)
@dry_run_option
@json_option
def admit(store_ids: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Give stores their places in the offer, beyond its cap too: all of them or none."""
    container = current_container()
    if len(store_ids) == 1 and not dry_run:
        store = admit_store(container, store_ids[0], actor=actor())
        print_one(_row(store), as_json)
        return
    admission = admit_stores(container, store_ids, actor=actor(), dry_run=dry_run)
    print_one(
        {
            "admitted": [store.id for store in admission.admitted],
            "before": [store.id for store in admission.before],
            "given_before": admission.given_before,
            "given_after": admission.given_after,
            "capacity": admission.capacity,
            "saved": not dry_run,
        },
        as_json,
    )


@stores_group.command()
@click.argument("store_id", metavar="STORE")
@click.option("--reason", required=True, help="Why; kept in the audit.")
@json_option
def disconnect(store_id: str, reason: str, as_json: bool) -> None:
    """End all that passes between us and the store; decisions and awards stay."""
    container = current_container()
    result = leave_store(container, store_id, reason=reason, actor=actor())
    print_one({**_row(result.store), "webhooks_left": result.webhooks_left}, as_json)


@stores_group.command()
@click.argument("store_id", metavar="STORE")
@click.option("--reason", required=True, help="Why; kept in the audit.")
@json_option
def erase(store_id: str, reason: str, as_json: bool) -> None:
    """Remove what is personal of a store that was disconnected; decisions and awards stay."""
    container = current_container()
    counts = erase_store(container, store_id, reason=reason, actor=actor())
    print_one(
        {"id": store_id, "erased": ", ".join(f"{name} {count}" for name, count in counts.items())}, as_json
    )


@stores_group.command()
@click.argument("store_id", metavar="STORE")
@click.argument("url")
@click.option("--reason", required=True, help="Why; kept in the audit.")
@dry_run_option
@json_option
def move(store_id: str, url: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Move the store to another address; keys, webhook addresses, history and awards go with it.

    The old address ends. Messages that were held because they name the new one are processed again.
    """
    do_and_show(
        store_id,
        lambda context: move_store(context, store_id, url=url, reason=reason, actor=actor()),
        dry_run=dry_run,
        as_json=as_json,
    )


@stores_group.command("restart-sequence")
@click.argument("store_id", metavar="STORE")
@click.option("--reason", required=True, help="Why; kept in the audit.")
@dry_run_option
@json_option
def restart_sequence_command(store_id: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Count the store's messages anew, after a restored backup made their numbers fall back.

    What was passed over for its number is processed again.
    """
    do_and_show(
        store_id,
        lambda context: restart_sequence(context, store_id, reason=reason, actor=actor()),
        dry_run=dry_run,
        as_json=as_json,
    )


@stores_group.command("rotate-secret")
@click.argument("store_id", metavar="STORE")
@click.option(
    "--overlap", type=click.IntRange(0, LONGEST_OVERLAP), default=24, show_default=True, help="Hours."
)
@click.option("--webhook-secret", type=SECRET, help=f"Default: a new one of letters and digits; {STDIN}")
@click.option(
    "--release",
    "--take-in",
    is_flag=True,
    help="With --webhook-secret: accept from quarantine what verifies.",
)
@click.option("--dry-run", is_flag=True, help="With --webhook-secret: say what would verify, change nothing.")
@json_option
def rotate_secret(
    store_id: str, overlap: int, webhook_secret: str | None, release: bool, dry_run: bool, as_json: bool
) -> None:
    """Rotate the signing secrets, at a connected store too; the old ones verify for --overlap hours.

    The secret it prints is that of a webhook made by hand, unless you named it.
    """
    container = current_container()
    now = container.now()
    rotated_at_store = (
        [] if dry_run else rotate_webhook_secrets(container, store_id, overlap_hours=overlap, actor=actor())
    )
    rotated = rotate_or_set(
        container,
        store_id,
        webhook_secret=webhook_secret,
        actor=actor(),
        overlap_hours=overlap,
        release=release,
        dry_run=dry_run,
    )
    answer = {
        "id": store_id,
        "webhook_url": container.settings.public_url + webhook_path(store_id),
        "webhook_secret": rotated.new_secret,
        "old_valid_until": now + timedelta(hours=overlap),
        "changed_at_the_store": rotated_at_store,
        "held": rotated.quarantined,
        "accepted": rotated.accepted,
        "saved": not dry_run,
    }
    print_one(answer, as_json)


@stores_group.command("rotate-token")
@click.argument("store_id", metavar="STORE")
@json_option
def rotate_token_command(store_id: str, as_json: bool) -> None:
    """Create a new status token; the old one stops working at once."""
    container = current_container()
    token = rotate_token(container, store_id, actor=actor())
    print_one({"id": store_id, "status_token": token}, as_json)


def _on_one_line(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value


def _row(store: StoreRecord) -> dict[str, Any]:
    return store_row(store, current_container().settings.public_url)
