"""The bound on signals applied for a store on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from receiver.domain.limits import SIGNALS_A_DAY
from receiver.storage import store_days


class SignalBounds:
    """The counts of a transaction that has locked the stores: nobody else applies their signals meanwhile."""

    def __init__(self, session: Session, days: Collection[tuple[str, date]]) -> None:
        """Load the counts; `days`: the store and day of receipt of each signal of the transaction."""
        self._session = session
        self._applied = store_days.signals_of(session, set(days))
        self._more: defaultdict[tuple[str, date], Counter[str]] = defaultdict(Counter)

    def allow(self, store_id: str, day: date) -> bool:
        """Count one more signal, and return whether it may be applied."""
        counts = self._more[store_id, day]
        allowed = self._applied.get((store_id, day), 0) + counts["signals"] < SIGNALS_A_DAY
        counts["signals" if allowed else "passed_over"] += 1
        return allowed

    def write(self) -> None:
        """Write the counts in the caller's transaction."""
        store_days.add(self._session, self._more)
