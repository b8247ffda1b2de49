"""`migrate`: brings the database to the schema this version needs."""

from __future__ import annotations

from receiver.cli.output import json_option, print_one
from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.services.operations.migrate import migrate_database


@single_command("migrate")
@json_option
def migrate_command(as_json: bool) -> None:
    """Bring the database to the newest revision. Running it again changes nothing."""
    container = current_container()
    migration = migrate_database(container)
    print_one({"from": migration.before, "to": migration.after}, as_json)
