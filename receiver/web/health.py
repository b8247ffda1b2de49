"""/healthz: the process answers. /readyz: the database takes writes, the worker lives, nothing waits long."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from receiver.services.running.readiness import readiness
from receiver.web.insiders import is_insider
from receiver.wiring import wiring

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok")


@health.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Yes or no to everybody; the reasons to those who may look inside."""
    reasons = readiness(wiring().database, wiring().now())
    told = {"reasons": reasons} if reasons and is_insider() else {}
    return jsonify(status="not ready" if reasons else "ready", **told), 503 if reasons else 200
