"""`links`: the links between stores and ad accounts."""

from __future__ import annotations

from datetime import datetime

import click

from receiver.cli.effects import dry_run_option
from receiver.cli.groups import Commands
from receiver.cli.options import SECRET, STDIN, TIME, actor, limit_option
from receiver.cli.output import json_option, print_one, print_rows
from receiver.container import current_container
from receiver.services.stores.links import add_link, link_row, page_of_links, remove_link
from receiver.services.stores.revoke_consent import preview_revocation, revoke_consent


@click.group("links", cls=Commands)
def links_group() -> None:
    """Manage links between stores and ad accounts."""


@links_group.command("add")
@click.option("--store", required=True, help="The store's id.")
@click.option("--advertiser", required=True, help="TikTok's advertiser id.")
@click.option("--token", required=True, type=SECRET, help=f"The advertiser's access token; {STDIN}")
@click.option("--linked-at", type=TIME, help="When it was linked, where staff know it with evidence.")
@json_option
def add_command(store: str, advertiser: str, token: str, linked_at: datetime | None, as_json: bool) -> None:
    """Link an ad account, with the advertiser's consent."""
    container = current_container()
    link = add_link(
        container, store_id=store, advertiser_id=advertiser, token=token, linked_at=linked_at, actor=actor()
    )
    print_one(link_row(link), as_json)


@links_group.command("list")
@click.option("--store", help="Only of this store.")
@limit_option
@json_option
def list_command(store: str | None, limit: int, as_json: bool) -> None:
    """List links, the newest first, ended ones included."""
    page = page_of_links(current_container().database, store, limit=limit)
    print_rows(page.show(link_row).rows, as_json)


@links_group.command("remove")
@click.option("--store", required=True, help="The store's id.")
@json_option
def remove_command(store: str, as_json: bool) -> None:
    """End a store's link and forget its token."""
    container = current_container()
    print_one(link_row(remove_link(container, store_id=store, actor=actor())), as_json)


@links_group.command("revoke")
@click.option("--store", required=True, help="The store's id.")
@click.option("--reason", required=True, help="Who asked for it, and why.")
@click.option("--with-others", is_flag=True, help="Also where the same consent serves other stores.")
@dry_run_option
@json_option
def revoke_command(store: str, reason: str, with_others: bool, dry_run: bool, as_json: bool) -> None:
    """Give the advertiser's consent back to TikTok; the link stays, unread until consent is given again."""
    container = current_container()
    if dry_run:
        print_rows([change.row for change in preview_revocation(container, store)], as_json)
        return
    served = revoke_consent(
        container.urgently(), store, reason=reason, actor=actor(), with_others=with_others
    )
    print_rows([link_row(link) for link in served], as_json)
