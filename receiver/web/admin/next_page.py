"""The way back after sign-in to the page that was requested: one of this console, and no other."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask import current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

LONGEST = 1_000  # characters; no page of ours has a longer address
CONSOLE = "/admin"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def redirect_to_sign_in() -> Response:
    """Redirect to the sign-in page, which leads back to the page requested.

    A form that was sent is not carried out; the sign-in page says so.
    """
    form_state = None if request.method in SAFE else "lost"
    return redirect(url_for("sign_in.show", next=requested_page(), form=form_state))


def requested_page() -> str | None:
    """Return the page requested, or the one that holds the form that was sent; None for the Overview.

    Also None where the address is no page of the console.
    """
    if request.method not in SAFE:
        path = _page_of_form(request.path)
    else:
        path = request.full_path if request.query_string else request.path
    return safe_page(path) if path != url_for("console_overview.show") else None


def next_page() -> str | None:
    """Return the page to go to after this request, when it is one of the console's; None otherwise."""
    return safe_page(request.values.get("next", ""))


def safe_page(text: str) -> str | None:
    """Return `text` if it is the path of a page of the console, else None: no open redirect."""
    if len(text) > LONGEST or not text.isprintable() or "\\" in text or not text.startswith(f"{CONSOLE}/"):
        return None
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.fragment or not _is_page(unquote(parts.path)):
        return None
    return text


def _page_of_form(path: str) -> str:
    """Return the nearest page above the address that a form is sent to."""
    while len(path) > len(CONSOLE) and not _is_page(path):
        path = path.rpartition("/")[0]
    return path


def _is_page(path: str) -> bool:
    """Return whether a GET of the path shows a page other than the sign-in."""
    if ".." in path.split("/"):
        return False
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return not endpoint.startswith(("sign_in.", "console.static"))
