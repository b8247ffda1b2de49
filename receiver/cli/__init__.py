"""The command line, one file a group of the contract; `register` puts them on the app."""

from __future__ import annotations

from flask import Flask

from receiver.cli.awards import credits_group
from receiver.cli.backup import backup_command, restore_command
from receiver.cli.copy_database import copy_database_command
from receiver.cli.decisions import decisions_group
from receiver.cli.deliveries import deliveries_group
from receiver.cli.doctor import doctor_command
from receiver.cli.facts import facts_group
from receiver.cli.links import links_group
from receiver.cli.migrate import migrate_command
from receiver.cli.problems import problems_group
from receiver.cli.programmes import programmes_group
from receiver.cli.reviews import reviews_group
from receiver.cli.sandbox import sandbox_command
from receiver.cli.secret_keys import secret_keys
from receiver.cli.spend import spend_group
from receiver.cli.staff import staff
from receiver.cli.stores import stores_group
from receiver.cli.worker import worker_command

COMMANDS = (
    stores_group,
    deliveries_group,
    problems_group,
    links_group,
    facts_group,
    decisions_group,
    reviews_group,
    spend_group,
    credits_group,
    programmes_group,
    doctor_command,
    migrate_command,
    copy_database_command,
    backup_command,
    restore_command,
    sandbox_command,
    secret_keys,
    staff,
    worker_command,
)


def register(app: Flask) -> None:
    """Put every group on the app."""
    for command in COMMANDS:
        app.cli.add_command(command)
