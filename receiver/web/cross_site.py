"""The defence against cross-site requests, in one place, before any page is reached.

Browsers say where a call comes from: `Sec-Fetch-Site`, before that `Origin`, before that `Referer`. What says
nothing is no browser, or one that sends no cookie of ours along (they are SameSite=Lax).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, request

from receiver.container import current_container

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OURS = ("same-origin", "none")  # none: the person's own action, such as a reload
# These ask for what no other site's page can send: the token of a form, a bearer token.
GUARDED = ("/admin", "/api")
SERVERS_ONLY = frozenset({"shop.keys"})  # called by servers alone
OF_A_PAGE = ("Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User")


def register(app: Flask) -> None:
    """Refuse such calls before any page is reached."""
    app.before_request(_refuse_other_sites)


def is_from_our_page() -> bool:
    """Return whether the browser says that a page of ours led here; an old browser cannot."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def has_fetch_site() -> bool:
    """Return whether the browser says where the call comes from."""
    return "Sec-Fetch-Site" in request.headers


def _refuse_other_sites() -> None:
    """Answer 403 to a call that another site's page had a browser make."""
    if request.endpoint in SERVERS_ONLY:
        is_foreign = any(name in request.headers for name in OF_A_PAGE)
    elif request.path.startswith(GUARDED):
        return
    elif request.method in SAFE:
        is_foreign = _is_embedded()
    else:
        is_foreign = _is_from_elsewhere()
    if is_foreign:
        abort(403)


def _is_from_elsewhere() -> bool:
    """Return whether a header speaks for another site; each that is there has to speak for ours."""
    site, origin, referer = (request.headers.get(name) for name in ("Sec-Fetch-Site", "Origin", "Referer"))
    if (site is not None and site not in OURS) or (referer is not None and not _is_ours(referer)):
        return True
    # Our own pages have the policy no-referrer, under which browsers write their origin as null.
    return origin is not None and not _is_ours(origin) and not (origin == "null" and site is not None)


def _is_embedded() -> bool:
    """Return whether another site's page fetches a part of it, which comes without a browser's cookies."""
    if request.headers.get("Sec-Fetch-Site", OURS[0]) in OURS:
        return False
    return request.headers.get("Sec-Fetch-Dest", "document") != "document"


def _is_ours(address: str) -> bool:
    return _origin(address) == _origin(current_container().settings.public_url)


def _origin(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", address
    return parts.scheme, parts.netloc.lower()
