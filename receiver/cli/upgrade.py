"""`upgrade`: says what a new version does to the database, and does it."""

from __future__ import annotations

import click

from receiver.cli.output import json_option, print_one
from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.home import COMMAND
from receiver.services.operations.migrate import migrate_database
from receiver.services.operations.upgrade import PendingMigration, UpgradePlan, plan_upgrade


@single_command("upgrade")
@click.option("--check", is_flag=True, help="Say what would be done, and change nothing.")
@json_option
def upgrade_command(check: bool, as_json: bool) -> None:
    """Bring the database to what this version needs, step by step.

    All of it is done, or nothing; again it changes nothing. --check names each step, what it does to which
    tables, how many rows they have, and what to do first.
    """
    container = current_container()
    plan = plan_upgrade(container.database)
    if not check:
        migrate_database(container)
    print_one(_document(plan, done=not check), as_json)


def _document(plan: UpgradePlan, *, done: bool) -> dict[str, object]:
    return {
        "from": plan.before,
        "to": plan.after,
        "done": done,
        "previous_version_may_run": not plan.needs_stop,
        "first": "" if done else _before_upgrade(plan),
        "steps": [_step(migration) for migration in plan.migrations],
    }


def _before_upgrade(plan: UpgradePlan) -> str:
    """Return what to do before the upgrade, in a sentence or two."""
    if not plan.migrations:
        return "nothing: the database is what this version needs"
    if plan.before is None:
        return "nothing: the database is empty"
    backup = f"back up: `{COMMAND} backup FILE`"
    return f"{backup}; then stop web and worker of the version before" if plan.needs_stop else backup


def _step(migration: PendingMigration) -> dict[str, object]:
    return {
        "revision": migration.revision,
        "title": migration.title,
        "takes_away": migration.contracts,
        "rows": migration.rows,
        "does": ", ".join(migration.does),
    }
