"""Throttling of sign-in: the first few attempts are free, then each wait is twice the one before.

Nobody is locked out for good: waits end, attempts are forgotten, and a browser in which somebody signed in
before has a count of its own, which strangers cannot run up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

NO_WAIT = timedelta(0)
TOKEN_EXPIRES_SOON = timedelta(days=14)  # staff are told of it from then on
# A session of the console ends after so long without a page, and after so long in any case.
SESSION_IDLE, SESSION_LONGEST = timedelta(hours=2), timedelta(hours=12)


@dataclass(frozen=True)
class LoginThrottle:
    """The parameters of a throttle: free attempts, the longest wait, and when attempts are forgotten."""

    free: int
    longest: timedelta
    forgotten_after: timedelta

    def wait_after(self, tries: int) -> timedelta:
        """Return the wait after so many tries: none while they are free, then 1, 2, 4 … s up to `longest`."""
        if tries <= self.free:
            return NO_WAIT
        doublings = min(tries - self.free - 1, 32)
        return min(timedelta(seconds=2**doublings), self.longest)

    def left(self, until: datetime, now: datetime) -> timedelta:
        """Return the remaining wait.

        A clock that was far ahead and put right makes nobody wait.
        """
        return until - now if now < until <= now + self.longest else NO_WAIT

    def is_forgotten(self, last: datetime, now: datetime) -> bool:
        """Return whether the last try is so far from `now` that all tries are forgotten."""
        return abs(now - last) >= self.forgotten_after


ACCOUNT = LoginThrottle(free=5, longest=timedelta(minutes=15), forgotten_after=timedelta(days=1))
BROWSER = LoginThrottle(free=5, longest=timedelta(minutes=15), forgotten_after=timedelta(days=1))
# Offices share one address.
ADDRESS = LoginThrottle(free=20, longest=timedelta(minutes=15), forgotten_after=timedelta(hours=2))
