"""Dates in an ad account's own time zone: their beginning, the finality of their figures, and windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

DAY = timedelta(days=1)
YEARS = range(1970, 2200)  # accepted from people and documents: arithmetic on them stays in the calendar
SETTLING = timedelta(hours=48)  # TikTok's slowest money metric is there 24 to 48 h after the day's end
DAILY_FIX = time(12, 0, tzinfo=UTC)  # TikTok corrects a day's figures in a run at 12:00 UTC


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Return the date of an instant in a time zone."""
    return instant.astimezone(zone).date()


def zones_on_another_date(instant: datetime) -> tuple[list[str], list[str]]:
    """List the zones where it is still the date before UTC's, and those where it is already the one after."""
    today = instant.astimezone(UTC).date()
    dates = {name: local_date(instant, zone) for name, zone in _zones().items()}
    behind, ahead = ([name for name, day in dates.items() if day == today + by] for by in (-DAY, DAY))
    return behind, ahead


@cache
def _zones() -> dict[str, ZoneInfo]:
    return {name: ZoneInfo(name) for name in sorted(available_timezones())}


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which a date begins in a zone, also where the clocks change at midnight."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


@lru_cache(10_000)  # called again and again for the same few dates and zones
def final_at(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) from which TikTok's figures for a date no longer change.

    That is the first 12:00 UTC at or after 48 h past the date's end in `zone`.
    """
    settled_at = start_of(day + timedelta(days=1), zone) + SETTLING
    fix = datetime.combine(settled_at.date(), DAILY_FIX)
    return fix if fix >= settled_at else fix + timedelta(days=1)


def final_on(day: date, zone: ZoneInfo) -> date:
    """Return the date, in the same zone, on which TikTok's figures for a date become final."""
    return local_date(final_at(day, zone), zone)


@dataclass(frozen=True)
class Window:
    """The dates in which spend counts, both ends included."""

    first: date
    last: date

    @classmethod
    def of(cls, first: date, days: int) -> Window:
        """Return the window of `days` dates that begins on `first`."""
        return cls(first, first + timedelta(days=days - 1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def is_over(self, today: date) -> bool:
        """Return whether the window's last date is before `today`."""
        return today > self.last

    def days_left(self, today: date) -> int:
        """Count the dates of the window after today."""
        return max(0, (self.last - today).days)
