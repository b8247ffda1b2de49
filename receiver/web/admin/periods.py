"""Periods between two moments in the reader's zone, as forms send and show them, and the usual ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from receiver.domain.calendar import YEARS
from receiver.errors import InputError
from receiver.web.admin.filters import readers_zone

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LABELS = {"since": "From", "until": "To"}  # of the two fields


def read_period(query: dict[str, str]) -> dict[str, datetime]:
    """Read `since` and `until` of a form; a date alone covers that whole day. Raises InputError."""
    return {name: _moment(query[name], name) for name in LABELS if name in query}


def period_fields(query: dict[str, str]) -> dict[str, str]:
    """Return the period as values for the form's fields; what is no time stays as it was typed."""
    fields = {}
    for name in LABELS.keys() & query.keys():
        try:
            fields[name] = field_text(_moment(query[name], name))
        except InputError:
            fields[name] = query[name]
    return fields


def usual_periods(now: datetime) -> dict[str, dict[str, str]]:
    """Return the last hour, today and yesterday in the reader's zone, as form fields."""
    date_of_today = now.astimezone(readers_zone()).date()
    today, yesterday = _midnight(date_of_today), _midnight(date_of_today - DAY)
    return {
        "last hour": {"since": field_text(now - HOUR)},
        "today": {"since": field_text(today)},
        "yesterday": {"since": field_text(yesterday), "until": field_text(today)},
    }


def field_text(moment: datetime) -> str:
    """Write a moment for a `datetime-local` field: to the minute, in the reader's zone."""
    return f"{moment.astimezone(readers_zone()):%Y-%m-%dT%H:%M}"


def _moment(text: str, name: str) -> datetime:
    """Parse a moment and return it in UTC, where durations are exact. Raises InputError."""
    moment: datetime | None
    try:
        if len(text) == len("2025-11-20"):
            moment = _midnight(date.fromisoformat(text) + (DAY if name == "until" else timedelta()))
        else:
            moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else _widest(moment, name)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.year not in YEARS:
        raise InputError(f"Enter a date and time for “{LABELS[name]}”.")
    return moment


def _widest(local: datetime, name: str) -> datetime:
    """Return the moment of a local time; one that occurs twice is read so that the period is longest."""
    both = [local.replace(tzinfo=readers_zone(), fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(both) if name == "until" else min(both)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), readers_zone())
