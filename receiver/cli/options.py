"""Options that mean the same in every group, and the name of whoever runs a command."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

import click

from receiver.domain.deliveries import DeliveryFilters, DeliveryReason, DeliverySource, DeliveryState
from receiver.paging import LARGEST_ID

Member = TypeVar("Member", bound=StrEnum)

MOST_ROWS = 1_000_000_000  # of a listing; 0 lists all
LONGEST_SECRET = 10_000  # characters; the rest is not read
STDIN = '"-" reads it from standard input, where nobody else on the machine can see it.'
NO_TIME = "is no time; write 2025-11-20T12:00:00Z, with its offset, or 2025-11-20 for that day's start in UTC"


class TimeOption(click.ParamType[datetime]):
    """A moment in ISO 8601 with its offset, or a date: that day's first moment in UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment. Fails for a text that is none."""
        if isinstance(value, datetime):
            return value
        try:
            moment = _moment(value)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            self.fail(f"{value!r} {NO_TIME}", param, ctx)
        return moment


def _moment(text: str) -> datetime | None:
    if len(text) == len("2025-11-20"):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else None


class SecretOption(click.ParamType[str]):
    """A secret; "-" reads it from standard input, since others can see what stands on a command line."""

    name = "secret"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the secret, read from standard input for "-". Fails where that holds no text."""
        if value != "-":
            return str(value)
        try:
            secret = self._prompt(param) if sys.stdin.isatty() else sys.stdin.read(LONGEST_SECRET)
        except UnicodeDecodeError:
            secret = ""
        if not secret.strip():
            self.fail("standard input holds no text", param, ctx)
        return secret.strip()

    def _prompt(self, param: click.Parameter | None) -> str:
        return str(click.prompt(param.human_readable_name if param else self.name, hide_input=True, err=True))


class ChoiceOption(click.Choice[Member]):
    """A member of an enum by its value; click itself goes by the name."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        """Return the text that is typed for a member."""
        return super().normalize_choice(choice.value if isinstance(choice, StrEnum) else choice, ctx)


class NumberArgument(click.IntRange):
    """The number of a row: none has one larger than a column holds."""

    name = "number"

    def __init__(self) -> None:
        super().__init__(0, LARGEST_ID)


NUMBER = NumberArgument()
TIME = TimeOption()
SECRET = SecretOption()

limit_option = click.option(
    "--limit",
    type=click.IntRange(0, MOST_ROWS),
    default=50,
    show_default=True,
    help="At most so many; 0 = all.",
)

FILTERS = (
    click.option("--state", type=ChoiceOption(DeliveryState)),
    click.option("--source", type=ChoiceOption(DeliverySource)),
    click.option("--store", help="The store's id, or part of its name, address or id."),
    click.option("--topic"),
    click.option("--since", type=TIME, help="Received at this time or later."),
    click.option("--until", type=TIME, help="Received before this time."),
    click.option("--search", help="Part of an id, topic, hash or error."),
    click.option("--delivery", help="The id its sender gave it."),
    click.option("--cause", type=ChoiceOption(DeliveryReason), help="Why it ended without an effect."),
    click.option(
        "--failed-in",
        type=click.IntRange(1, LARGEST_ID),
        metavar="REPLAY",
        help="The replay in which it failed; it has not succeeded since.",
    ),
)
NAMES = ("state", "source", "store", "topic", "since", "until", "search", "delivery", "cause", "failed_in")


def delivery_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose deliveries; the command gets them as one `filters`."""

    @wraps(command)
    def filtered(*args: Any, **options: Any) -> Any:
        filters = {name: options.pop(name) for name in NAMES}
        return command(*args, filters=DeliveryFilters(**filters), **options)

    for option in reversed(FILTERS):
        filtered = option(filtered)
    return filtered


def actor() -> str:
    """Return the name the machine knows the operator by, for the audit."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have a number and no name
        return f"cli:{os.getuid()}"
