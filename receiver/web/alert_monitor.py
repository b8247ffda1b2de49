"""Checks every minute whether an alert to staff is due: a worker that stopped cannot say so itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from receiver.errors import StorageUnavailable
from receiver.logs import get_logger

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECONDS = 60.0

log = get_logger(__name__)


class AlertMonitor:
    """WSGI middleware that checks for alerts in a thread of its own.

    The thread begins with this process's first request: a server may fork after it has imported the app.
    """

    def __init__(
        self, app: WSGIApplication, check: Callable[[], object], stopping: Event | None = None
    ) -> None:
        self._app, self._check = app, check
        self._stopping = stopping or Event()
        self._lock = Lock()
        self._thread: Thread | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._thread is None:
            self._start()
        return self._app(environ, start_response)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="watch", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                self._check()
            except StorageUnavailable as error:
                log.warning("alerts to staff not checked", error=str(error))
            except Exception:  # the edge: a fault in one check must not end all others
                log.exception("alerts to staff not checked")
            if self._stopping.wait(SECONDS):
                return
