"""Template filters for values as staff read them: money, times in the reader's zone, the tone of a state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from markupsafe import Markup, escape

from receiver.container import current_container
from receiver.i18n.words import money_text
from receiver.services.validation import Choice, require_choice

Moment = datetime | str | None  # text is ISO 8601, as in documents

UNKNOWN = Markup("unknown")
NEUTRAL = "neutral"
FIELD = re.compile(r"^([\w.]+): must ")
# The states of each badge colour, on every page; all others are neutral: closed, or waiting for nobody.
TONES = {
    "ok": ("processed", "done", "credited", "pass", "on_track", "qualified"),
    "ours": ("due", "held", "unknown"),
    "theirs": ("awaiting_setup", "awaiting_link", "awaiting_spend", "accumulating"),
    "bad": ("failed", "dead", "fail", "overdue", "blocked", "ineligible"),
}
TONE_OF = {state: tone for tone, states in TONES.items() for state in states}
# The limit of each unit for ages, and its length; beyond the last one the date is shown.
AGES = (
    (timedelta(hours=1), timedelta(minutes=1), "min"),
    (timedelta(days=1), timedelta(hours=1), "h"),
    (timedelta(days=30), timedelta(days=1), "days"),
)


def readers_zone() -> tzinfo:
    """Return the time zone that the person who is signed in chose; UTC when nobody is."""
    return ZoneInfo(g.person.timezone if g.get("person") else "UTC")


def sentence(text: str) -> str:
    """Make an error's text a sentence for people: "rate: must be 1 to 9" → "Rate must be 1 to 9."."""
    text = FIELD.sub(lambda match: f"{match[1].replace('_', ' ')} must ", text)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?')) else '.'}"


def refusal(error: Exception) -> str:
    """Return an error as a sentence for people: "No store matches “X”.", without a field's inner name."""
    path, text = getattr(error, "path", ""), str(error)
    says_must = not path or text.startswith(f"{path}: must ")
    return sentence(text if says_must else text.removeprefix(f"{path}: "))


def read_choice(query: Mapping[str, str], name: str, choices: Iterable[Choice]) -> Choice | None:
    """Return the member that a filter names; None where it is not set. Raises InputError."""
    return require_choice(choices, query[name], name) if name in query else None


def plain(value: Any) -> str:
    """Write a value: `True` → "yes", `None` → "unknown", a time (or its ISO text with a Z) as `when` does."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return Markup(", ").join(map(plain, value))
    if isinstance(value, datetime) or (isinstance(value, str) and value.endswith("Z")):
        return when(value)
    return str(value)


def when(moment: Moment) -> Markup:
    """Write a moment to the minute, "28 Nov 2026, 23:46"; the title holds its second and zone."""
    return _time_element(moment, lambda at: f"{_day(at)}, {at:%H:%M}")


def ago(moment: Moment) -> Markup:
    """Write a moment as its distance from now, "3 min ago" or "in 2 h"; the title holds the exact one."""
    return _time_element(moment, lambda at: _distance(at - current_container().now()) or _day(at))


def day(value: date | str | None) -> Markup:
    """Write a date, "28 Nov 2026"; the date of a moment is that in the reader's zone."""
    if value is None:
        return UNKNOWN
    parsed = _parse(value) if isinstance(value, str) else value
    if parsed is None:
        return escape(value)
    if isinstance(parsed, datetime):
        parsed = parsed.astimezone(readers_zone())
    return Markup('<time datetime="{}">{}</time>').format(f"{parsed:%Y-%m-%d}", _day(parsed))


def money(value: Decimal | str | None, currency: str | None) -> Markup:
    """Write an amount as the sentences do, "$4,980.00"; None is "unknown", not zero."""
    return UNKNOWN if value is None else escape(money_text(Decimal(value), currency))


def tone(state: str | None) -> Markup:
    """Return a badge's class for a stage, a rule's outcome, or the state of an award, delivery or replay."""
    return Markup(TONE_OF.get(state or "", NEUTRAL))  # noqa: S704 (one of our own class names)


def _time_element(moment: Moment, write: Any) -> Markup:
    if moment is None:
        return UNKNOWN
    at = _parse(moment) if isinstance(moment, str) else moment
    if not isinstance(at, datetime):
        return escape(moment)
    at = at.astimezone(readers_zone())
    exact = f"{_day(at)}, {at:%H:%M:%S %Z}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), exact, write(at))


def _parse(text: str) -> date | datetime | None:
    for read in (date.fromisoformat, datetime.fromisoformat):
        with suppress(ValueError):
            return read(text)
    return None


def _day(of: date) -> str:
    return f"{of.day} {of:%b %Y}"


def _distance(away: timedelta) -> str:
    """Write a distance from now in its largest whole unit; empty where it is too long for any."""
    size = abs(away)
    if size < timedelta(minutes=1):
        return "now" if away > timedelta() else "just now"
    for longest, unit, name in AGES:
        if size < longest:
            count = size // unit
            words = f"{count} {'day' if name == 'days' and count == 1 else name}"
            return f"in {words}" if away > timedelta() else f"{words} ago"
    return ""
