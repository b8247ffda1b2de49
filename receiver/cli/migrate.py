"""`migrate`: brings the database to the schema this version needs."""

from __future__ import annotations

from receiver.cli.output import json_option, print_one
from receiver.cli.single import single_command
from receiver.storage.migrate import current_revision, migrate
from receiver.wiring import wiring


@single_command("migrate")
@json_option
def migrate_command(as_json: bool) -> None:
    """Bring the database to the newest revision. Running it again changes nothing."""
    parts = wiring()
    before = current_revision(parts.database)
    print_one({"from": before, "to": migrate(parts.database, seal=parts.seal)}, as_json)
