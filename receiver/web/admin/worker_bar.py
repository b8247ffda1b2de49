"""The warning on every page of the console while background work has stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from receiver.container import Container, current_container
from receiver.domain.health import is_silent
from receiver.errors import StorageUnavailable
from receiver.services.operations.readiness import worker_last_seen

READ_EVERY = timedelta(seconds=5)  # as often as a worker writes its heartbeat


@dataclass(frozen=True)
class Silence:
    """A stop of background work; `since` is the last sign of life, None if there never was one."""

    since: datetime | None


class WorkerWatch:
    """A cache of the worker's last sign of life, read at most every few seconds for all pages."""

    def __init__(self) -> None:
        self._read_at: datetime | None = None
        self._seen: datetime | None = None

    def __call__(self) -> Silence | None:
        """Return the silence, for a template; None while a worker lives, or when nothing can be read."""
        container = current_container()
        now = container.now()
        if self._read_at is None or abs(now - self._read_at) >= READ_EVERY:
            try:
                self._read(container, now)
            except StorageUnavailable:  # the page itself says so
                return None
        return Silence(self._seen) if is_silent(self._seen, now) else None

    def _read(self, container: Container, now: datetime) -> None:
        self._seen, self._read_at = worker_last_seen(container.database), now
