"""Security headers of every answer."""

from __future__ import annotations

from flask import Flask, Response, request

# No script at all, no frames, nothing from elsewhere.
NO_SCRIPT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

# The console's own file, which may ask the console alone; nothing inline, nothing from elsewhere.
OWN_SCRIPT = f"{NO_SCRIPT}; script-src 'self'; connect-src 'self'"
CONSOLE = "/admin"


def register(app: Flask) -> None:
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    """Nothing kept, nothing guessed, no address told to others: some hold a ticket, a code or a state."""
    in_console = request.path == CONSOLE or request.path.startswith(f"{CONSOLE}/")
    response.headers["Content-Security-Policy"] = OWN_SCRIPT if in_console else NO_SCRIPT
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
