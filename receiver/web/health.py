"""/healthz: the process answers. /readyz: the database takes writes, the worker lives, nothing waits long."""

from __future__ import annotations

from threading import Lock
from time import monotonic

from flask import Blueprint, Flask, Response, current_app, jsonify

from receiver.container import Container, current_container
from receiver.services.operations.readiness import check_readiness, read_readiness
from receiver.web.internal_access import is_internal_request

SEEN_FOR = 2.0  # seconds: however many strangers ask, the database is asked once in so long

health = Blueprint("health", __name__)


def register(app: Flask) -> None:
    """Register /healthz and /readyz on the app."""
    app.extensions["readiness"] = _CachedReadiness()
    app.register_blueprint(health)


@health.get("/healthz")
def healthz() -> Response:
    """Answer that the process is alive; touches nothing."""
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Answer whether the service is ready; to internal callers with the reasons, after a write."""
    if is_internal_request():
        reasons = check_readiness(current_container())
        details = {"reasons": reasons} if reasons else {}
        return _answer(is_ready=not reasons, **details)
    cached: _CachedReadiness = current_app.extensions["readiness"]
    return _answer(is_ready=cached.is_ready(current_container()))


def _answer(*, is_ready: bool, **reasons: list[str]) -> tuple[Response, int]:
    return jsonify(status="ready" if is_ready else "not ready", **reasons), 200 if is_ready else 503


class _CachedReadiness:
    """The last answer for strangers; who asks while it is found anew waits for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until, self._is_ready = 0.0, False

    def is_ready(self, container: Container) -> bool:
        """Return the last answer, found anew once it is SEEN_FOR old."""
        with self._lock:
            if monotonic() >= self._until:
                self._is_ready = not read_readiness(container)
                self._until = monotonic() + SEEN_FOR
            return self._is_ready
