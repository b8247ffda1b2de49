"""`secrets`: the keys that stored secrets are encrypted with."""

from __future__ import annotations

import click
from cryptography.fernet import Fernet

from receiver.cli.groups import Commands
from receiver.cli.options import actor
from receiver.cli.output import json_option, print_one, print_rows
from receiver.errors import Refused

secret_keys = Commands("secrets", help="The keys that stored secrets are encrypted with.")


@secret_keys.command("new", with_appcontext=False)
@json_option
def new(as_json: bool) -> None:
    """Print a new key for SECRET_KEYS. Needs no settings and keeps nothing."""
    key = Fernet.generate_key().decode()
    if as_json:
        print_one({"key": key}, as_json)
    else:
        click.echo(key)


@secret_keys.command("rotate")
@json_option
def rotate(as_json: bool) -> None:
    """Encrypt every stored secret anew under the first key of SECRET_KEYS.

    Put a new key in front of the old ones, restart, run this; then the old ones can go.
    """
    # Here: `secrets new` should not wait for what needs a database.
    from receiver.container import current_container
    from receiver.services.operations.rotate_keys import rotate_keys

    container = current_container()
    rotated = rotate_keys(container, actor())
    print_rows([item.row() for item in rotated], as_json, ("column", "rotated", "unreadable"))
    unreadable = [f"{item.column} {', '.join(item.unreadable[:5])}" for item in rotated if item.unreadable]
    if unreadable:
        raise Refused(f"encrypted with a key that SECRET_KEYS no longer has: {'; '.join(unreadable)}")
    if not container.database.empty_log():
        raise Refused(
            "all is encrypted anew, but a read that does not end keeps the old texts in the database's log; "
            "end it (a copy of the file, a forgotten sqlite3) and run this once more"
        )
