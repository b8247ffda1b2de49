"""A cache of webhook endpoints across commits, valid while nobody else writes to the SQLite file.

PostgreSQL has no cheap sign of other writes, so there the endpoints are read each time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeAlias

from receiver.storage.database import Driver
from receiver.storage.webhook_endpoints import ResolvedEndpoint, resolve_endpoints

# A connection, the versions of what others and it itself wrote, and the second: secrets and days end by time.
Stamp: TypeAlias = tuple[sqlite3.Connection, int, int, datetime]


class EndpointCache:
    """A cache in front of `resolve_endpoints`; one thread at a time may use it."""

    def __init__(self) -> None:
        self._endpoints: dict[str, ResolvedEndpoint] = {}
        self._stamp: Stamp | None = None

    def resolve(
        self, driver: Driver, hook_ids: Collection[str], now: datetime
    ) -> Mapping[str, ResolvedEndpoint]:
        """Return endpoints by hook id: the known ones among `hook_ids`, and perhaps others."""
        if not isinstance(driver, sqlite3.Connection):
            return resolve_endpoints(driver, hook_ids, now)
        # Before the look-up: rows written after the stamp may be cached already, and are then read again.
        stamp = _stamp(driver, now)
        if stamp != self._stamp:
            self._endpoints, self._stamp = {}, stamp
        if unknown := [hook_id for hook_id in hook_ids if hook_id not in self._endpoints]:
            self._endpoints |= resolve_endpoints(driver, unknown, now)
        return self._endpoints

    def pass_over_writes(self, driver: Driver) -> None:
        """Keep the cache valid after a write on this connection that changes no endpoint."""
        if self._stamp is not None and self._stamp[0] is driver:
            self._stamp = (*self._stamp[:2], self._stamp[0].total_changes, self._stamp[3])


def _stamp(driver: sqlite3.Connection, now: datetime) -> Stamp:
    (version,) = driver.execute("PRAGMA data_version").fetchone()  # changes when another connection commits
    return driver, version, driver.total_changes, now.replace(microsecond=0)
