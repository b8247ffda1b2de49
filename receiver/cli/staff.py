"""`staff`: who may sign in to the console, and their tokens for the API."""

from __future__ import annotations

import sys
from copy import copy

import click

from receiver.cli.groups import Commands
from receiver.cli.options import NUMBER, ChoiceOption, actor, limit_option
from receiver.cli.output import Row, json_option, print_one, print_rows
from receiver.clock import utc_now
from receiver.container import current_container
from receiver.domain.staff import Role
from receiver.services.alerts.notify_staff import try_channel
from receiver.services.staff.members import add_staff, change_role, list_staff, remove_staff, set_password
from receiver.services.staff.passwords import new_password
from receiver.services.staff.records import ApiToken
from receiver.services.staff.tokens import DAYS, MOST_DAYS, make_token, page_of_tokens, revoke_token

staff = Commands("staff", help="Who may sign in to the console, and tokens for the API.")

email_option = click.option("--email", required=True, help="What they sign in with.")


@staff.command("add")
@email_option
@click.option("--role", required=True, type=ChoiceOption(Role))
@json_option
def add(email: str, role: Role, as_json: bool) -> None:
    """Let someone in. On a terminal asks for the password, else prints a new one, once.

    They choose their own when they first sign in.
    """
    container, (password, printed) = current_container(), _password(as_json)
    arguments = {"email": email, "password": password, "actor": actor()}
    person = add_staff(container, role=role, one_time=True, **arguments)
    print_one({"email": person.email, "role": person.role, **printed}, as_json)


@staff.command("password")
@email_option
@json_option
def replace_password(email: str, as_json: bool) -> None:
    """Give someone a new password, as `add` does. It ends their sessions; their tokens stay."""
    container, (password, printed) = current_container(), _password(as_json)
    arguments = {"email": email, "password": password, "actor": actor()}
    person = set_password(container, one_time=True, **arguments)
    print_one({"email": person.email, "role": person.role, **printed}, as_json)


@staff.command("list")
@limit_option
@json_option
def show_all(limit: int, as_json: bool) -> None:
    """List who may sign in, when each was last seen in the console, and their sessions and tokens."""
    container = current_container()
    print_rows(
        [
            {
                "email": member.person.email,
                "role": member.person.role,
                "since": member.person.created_at,
                "last_seen_at": member.last_seen_at,
                "sessions": member.sessions,
                "tokens": member.tokens,
            }
            for member in list_staff(container, real_now=utc_now(), limit=limit)
        ],
        as_json,
    )


@staff.command("role")
@email_option
@click.option("--role", required=True, type=ChoiceOption(Role))
@json_option
def change(email: str, role: Role, as_json: bool) -> None:
    """Give someone another role, which holds at once, for their tokens too."""
    container = current_container()
    person = change_role(container, email=email, role=role, actor=actor())
    print_one({"email": person.email, "role": person.role}, as_json)


@staff.command("remove")
@email_option
@json_option
def remove(email: str, as_json: bool) -> None:
    """Remove someone. It ends their sessions and tokens at once; what they did stays on record."""
    container = current_container()
    person = remove_staff(container, email=email, actor=actor())
    print_one({"email": person.email, "role": person.role}, as_json)


@staff.command("token")
@email_option
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=DAYS, show_default=True, help="It lasts.")
@json_option
def token(email: str, name: str, days: int, as_json: bool) -> None:
    """Make someone a personal token for /api/v1/admin, with their role. Printed once.

    It takes the place of an expired one of its name.
    """
    container = current_container()
    new = make_token(container, email=email, name=name, actor=actor(), days=days)
    about = {"id": new.id, "email": new.owner.email, "role": new.owner.role, "name": new.name}
    print_one({**about, "expires_at": new.expires_at, "token": new.text}, as_json)


@staff.command("tokens")
@limit_option
@json_option
def tokens(limit: int, as_json: bool) -> None:
    """List API tokens, until when they count and when each was last used; the newest first."""
    page = page_of_tokens(current_container().database, limit=limit)
    print_rows(page.show(_token_row).rows, as_json)


@staff.command("revoke-token")
@click.argument("token_id", type=NUMBER)
@json_option
def revoke(token_id: int, as_json: bool) -> None:
    """End a token at once."""
    container = current_container()
    print_one(_token_row(revoke_token(container, token_id, actor=actor())), as_json)


@staff.command("test-alert")
@json_option
def send_test_alert(as_json: bool) -> None:
    """Send a test message to staff's own channel, which tells of a stopped worker and overdue awards."""
    container = current_container()
    print_one(
        {"told": try_channel(container.channel, container.now(), container.settings.public_url)}, as_json
    )


earlier = copy(send_test_alert)
earlier.hidden = True
staff.add_command(earlier, "tell-test")


def _token_row(token: ApiToken) -> Row:
    return {
        "id": token.id,
        "email": token.owner.email,
        "role": token.owner.role,
        "name": token.name,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }


def _password(as_json: bool) -> tuple[str, dict[str, str]]:
    """Return a password, and what of it to print: nothing of one that was typed."""
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
