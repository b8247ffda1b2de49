"""The command line, one file a group of the contract, each imported when one of its commands is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from receiver.cli.lazy import LazyCommand, LazyCommands

if TYPE_CHECKING:
    import click
    from flask import Flask

COMMANDS: Mapping[str, LazyCommand] = {
    "stores": LazyCommand("receiver.cli.stores:stores_group", "Manage the stores of the programme."),
    "deliveries": LazyCommand(
        "receiver.cli.deliveries:deliveries_group", "List deliveries and what became of them."
    ),
    "search": LazyCommand(
        "receiver.cli.search:search_command",
        "Find stores, deliveries and awards by one text, as the console's search box does.",
    ),
    "problems": LazyCommand(
        "receiver.cli.problems:problems_group", "Show problems with what senders deliver, by cause and store."
    ),
    "links": LazyCommand("receiver.cli.links:links_group", "Manage links between stores and ad accounts."),
    "facts": LazyCommand("receiver.cli.facts:facts_group", "Show and record what is known about a store."),
    "decisions": LazyCommand(
        "receiver.cli.decisions:decisions_group",
        "Show the history of decisions about stores; nothing in it is ever changed.",
    ),
    "reviews": LazyCommand(
        "receiver.cli.reviews:reviews_group", "Answer merchants who believe that an answer is wrong."
    ),
    "spend": LazyCommand("receiver.cli.spend:spend_group", "Show the daily spend of ad accounts."),
    "credits": LazyCommand(
        "receiver.cli.awards:credits_group",
        "Decide awards of credit, list them, and record what became of them.",
        {"decide": "receiver.cli.credits_decide:decide_command"},
    ),
    "programmes": LazyCommand(
        "receiver.cli.programmes:programmes_group",
        "Show and load the terms of offers.",
        {"check": "receiver.cli.programmes_check:check_command"},
    ),
    "overview": LazyCommand(
        "receiver.cli.overview:overview_command",
        'Show what needs a person, five vital signs, and the last 24 hours; unknown is told as "-".',
    ),
    "timeline": LazyCommand(
        "receiver.cli.timeline:timeline_command",
        "List what happened when: deliveries, stage changes, polls, acts, counts by the hour.",
    ),
    "settings": LazyCommand(
        "receiver.cli.settings:settings_command",
        "Print every setting with its value, source and meaning; of a secret only whether it is set.",
    ),
    "doctor": LazyCommand(
        "receiver.cli.doctor:doctor_command",
        "Check settings, database, secrets, worker, terms, TikTok and clock; exit code 1 when one fails.",
    ),
    "migrate": LazyCommand(
        "receiver.cli.migrate:migrate_command", "Bring the database to the newest revision."
    ),
    "upgrade": LazyCommand(
        "receiver.cli.upgrade:upgrade_command", "Bring the database to what this version needs, step by step."
    ),
    "copy-database": LazyCommand(
        "receiver.cli.copy_database:copy_database_command",
        "Copy the SQLite database of DATABASE_URL into TO: PostgreSQL, migrated and empty.",
    ),
    "backup": LazyCommand(
        "receiver.cli.backup:backup_command",
        "Write all of the database into FILE, a new file, while the service runs.",
    ),
    "restore": LazyCommand(
        "receiver.cli.backup:restore_command",
        "Fill the empty database of DATABASE_URL with what `backup` wrote into FILE.",
    ),
    "plugin": LazyCommand(
        "receiver.cli.plugin:plugin_command", "Write the companion plugin's zip into FILE."
    ),
    "sandbox": LazyCommand(
        "receiver.cli.sandbox:sandbox_command",
        "Play with the clock and the faults of a sandbox; needs SANDBOX=yes, which `make run` writes.",
    ),
    "secrets": LazyCommand(
        "receiver.cli.secret_keys:secret_keys",
        "The keys that stored secrets are encrypted with.",
        {"new": "receiver.cli.secret_keys:new"},
    ),
    "staff": LazyCommand(
        "receiver.cli.staff:staff", "Who may sign in to the console, and tokens for the API."
    ),
    "worker": LazyCommand(
        "receiver.cli.worker:worker_command",
        "Process deliveries, poll TikTok and decide, until SIGTERM or Ctrl-C.",
    ),
}


def register(app: Flask) -> None:
    """Put every group on the app."""
    app.cli = LazyCommands(app.name, COMMANDS)


def load_commands() -> tuple[click.Command, ...]:
    """Import every group and command."""
    return tuple(lazy.load() for lazy in COMMANDS.values())
