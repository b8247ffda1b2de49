"""`staff`: who may sign in to the console."""

from __future__ import annotations

import sys

import click

from receiver.cli.options import actor
from receiver.cli.output import Commands, json_option, print_one
from receiver.services.running.staff import ROLES, add_staff, new_password, set_password
from receiver.wiring import wiring

staff = Commands("staff", help="Who may sign in to the console.")

email_option = click.option("--email", required=True, help="What they sign in with.")


@staff.command("add")
@email_option
@click.option("--role", required=True, type=click.Choice(ROLES))
@json_option
def add(email: str, role: str, as_json: bool) -> None:
    """Let someone in. On a terminal asks for the password, else prints a new one, once."""
    wired, (password, shown) = wiring(), _password(as_json)
    person = add_staff(wired.database, wired.now(), email=email, role=role, password=password, actor=actor())
    print_one({"email": person.email, "role": person.role, **shown}, as_json)


@staff.command("password")
@email_option
@json_option
def replace_password(email: str, as_json: bool) -> None:
    """Give someone a new password: asked for on a terminal, else printed, once."""
    wired, (password, shown) = wiring(), _password(as_json)
    person = set_password(wired.database, wired.now(), email=email, password=password, actor=actor())
    print_one({"email": person.email, "role": person.role, **shown}, as_json)


def _password(as_json: bool) -> tuple[str, dict[str, str]]:
    """The password, and what of it to print: one that was typed is never printed."""
    if sys.stdin.isatty() and not as_json:
        typed = click.prompt(
            "Password (nothing: a new one is made and printed)",
            default="",
            show_default=False,
            hide_input=True,
            confirmation_prompt=True,
        )
        if typed:
            return str(typed), {}
    password = new_password()
    return password, {"password": password}
