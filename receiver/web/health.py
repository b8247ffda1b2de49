"""/healthz: the process answers. /readyz: the database takes writes, the worker lives, nothing waits long."""

from __future__ import annotations

from threading import Lock
from time import monotonic

from flask import Blueprint, Flask, Response, current_app, jsonify

from receiver.container import Container, current_container
from receiver.services.operations.readiness import readiness, readiness_seen
from receiver.web.internal_access import is_internal_request

SEEN_FOR = 2.0  # seconds: however many strangers ask, the database is asked once in so long

health = Blueprint("health", __name__)


def register(app: Flask) -> None:
    app.extensions["readiness"] = _Seen()
    app.register_blueprint(health)


@health.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Yes or no to everybody; a write, and the reasons, to those who may look inside."""
    if is_internal_request():
        reasons = readiness(current_container().database, current_container().now())
        details = {"reasons": reasons} if reasons else {}
        return _answer(is_ready=not reasons, **details)
    seen: _Seen = current_app.extensions["readiness"]
    return _answer(is_ready=seen.is_ready(current_container()))


def _answer(*, is_ready: bool, **reasons: list[str]) -> tuple[Response, int]:
    return jsonify(status="ready" if is_ready else "not ready", **reasons), 200 if is_ready else 503


class _Seen:
    """The last answer for strangers; whoever comes while somebody looks waits for that look."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until, self._is_ready = 0.0, False

    def is_ready(self, container: Container) -> bool:
        with self._lock:
            if monotonic() >= self._until:
                self._is_ready = not readiness_seen(container.database, container.now())
                self._until = monotonic() + SEEN_FOR
            return self._is_ready
