"""Webhook addresses remembered from commit to commit, for as long as nothing else is written to SQLite.

PostgreSQL has no sign of that, and is asked each time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeAlias

from receiver.storage.database import Driver
from receiver.storage.webhook_endpoints import ResolvedEndpoint, resolve_endpoints

# A connection, what others and what it itself wrote by then, and the second: secrets and days end by time.
Stamp: TypeAlias = tuple[sqlite3.Connection, int, int, datetime]


class EndpointCache:
    """Answers as `resolve_endpoints` does; one thread at a time may ask."""

    def __init__(self) -> None:
        self._known: dict[str, ResolvedEndpoint] = {}
        self._stamp: Stamp | None = None

    def resolve(
        self, driver: Driver, hook_ids: Collection[str], now: datetime
    ) -> Mapping[str, ResolvedEndpoint]:
        """Return addresses by hook id, all of those asked for that there are among them."""
        if not isinstance(driver, sqlite3.Connection):
            return resolve_endpoints(driver, hook_ids, now)
        # Before the look-up: what is written after it may be read already, and is read again.
        stamp = _stamp(driver, now)
        if stamp != self._stamp:
            self._known, self._stamp = {}, stamp
        if unknown := [hook_id for hook_id in hook_ids if hook_id not in self._known]:
            self._known |= resolve_endpoints(driver, unknown, now)
        return self._known

    def pass_over_writes(self, driver: Driver) -> None:
        """Let what was just written on this connection, which no address depends on, end no memory."""
        if self._stamp is not None and self._stamp[0] is driver:
            self._stamp = (*self._stamp[:2], self._stamp[0].total_changes, self._stamp[3])


def _stamp(driver: sqlite3.Connection, now: datetime) -> Stamp:
    (version,) = driver.execute("PRAGMA data_version").fetchone()  # changes when another connection commits
    return driver, version, driver.total_changes, now.replace(microsecond=0)
