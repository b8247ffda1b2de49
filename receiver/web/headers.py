"""Security headers of every answer."""

from __future__ import annotations

from flask import Flask, Response, request

from receiver.web.audience import CONSOLE, lies_in

# No script at all, no frames, nothing from elsewhere.
NO_SCRIPT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

# The console's own file, which may ask the console alone; nothing inline, nothing from elsewhere.
OWN_SCRIPT = f"{NO_SCRIPT}; script-src 'self'; connect-src 'self'"


# Nothing kept, nothing guessed, no address told to others: some hold a ticket, a code or a state.
SECURITY_HEADERS = {
    "Content-Security-Policy": NO_SCRIPT,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def register(app: Flask) -> None:
    """Add the security headers to every answer."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    response.headers.update(SECURITY_HEADERS)
    if lies_in(request.path, CONSOLE):
        response.headers["Content-Security-Policy"] = OWN_SCRIPT
    return response
