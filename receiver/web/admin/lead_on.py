"""Leads whoever had to sign in on to the page they wanted: a page of this console, and nowhere else."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask import current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

LONGEST = 1_000  # characters; what is longer is no address of a page that was looked at
CONSOLE = "/admin"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def redirect_to_sign_in() -> Response:
    """Send to the sign-in page, which leads back to what was asked for; a form that was sent is not done."""
    form_state = None if request.method in SAFE else "lost"
    return redirect(url_for("sign_in.show", next=requested_page(), form=form_state))


def requested_page() -> str | None:
    """Return the page that was asked for, of a form the one it stands on; None for the console's first."""
    if request.method not in SAFE:
        path = _page_of_form(request.path)
    else:
        path = request.full_path if request.query_string else request.path
    return safe_page(path) if path != url_for("console_overview.show") else None


def next_page() -> str | None:
    """Return the page that this request carries on to, where it is one of the console's."""
    return safe_page(request.values.get("next", ""))


def safe_page(text: str) -> str | None:
    """Return a path of ours with its query; None for anything else, so that nobody is led elsewhere."""
    if len(text) > LONGEST or not text.isprintable() or "\\" in text or not text.startswith(f"{CONSOLE}/"):
        return None
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.fragment or not _is_page(unquote(parts.path)):
        return None
    return text


def _page_of_form(path: str) -> str:
    """Return the nearest page above the address a form is sent to."""
    while len(path) > len(CONSOLE) and not _is_page(path):
        path = path.rpartition("/")[0]
    return path


def _is_page(path: str) -> bool:
    """Return whether the path can be looked at, and is not where one signs in."""
    if ".." in path.split("/"):
        return False
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return not endpoint.startswith(("sign_in.", "console.static"))
