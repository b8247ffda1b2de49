"""/healthz: the process answers. /readyz: the database takes writes, the worker lives, nothing waits long."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from receiver.services.running.readiness import readiness
from receiver.wiring import wiring

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Says only yes or no: the reasons are for operators, who ask `doctor`."""
    ready = not readiness(wiring().database, wiring().now())
    return jsonify(status="ready" if ready else "not ready"), 200 if ready else 503
