"""Sessions of the console: they end when idle, when too old, or when their person leaves or ends them."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from receiver.clock import utc_now
from receiver.container import current_container
from receiver.services.staff import sessions
from receiver.services.staff.records import Authenticated, StaffMember
from receiver.services.staff.sign_in import new_browser

KNOWN_COOKIE, KNOWN_FOR = "console-known", timedelta(days=180)


def begin_session(who: Authenticated) -> bool:
    """Sign this browser in; return False if the password was replaced since it was typed."""
    secret = sessions.begin_session(current_container().at(utc_now()), who)
    session.clear()  # against session fixation
    session.permanent = True
    if secret is not None:
        session["secret"] = secret
    return secret is not None


def current_person() -> StaffMember | None:
    """Return the person of this session; None where there is none or it has ended."""
    # Real time, not the service's clock, which staff move by days in the sandbox.
    secret = session.get("secret")
    return sessions.person_of_session(current_container().at(utc_now()), secret) if secret else None


def end_session() -> None:
    """Sign this browser out; a copy of its cookie becomes useless too."""
    if secret := session.get("secret"):
        sessions.end_session(current_container().database, secret)
    session.clear()


def trusted_device(email: str) -> str | None:
    """Return the id of this browser if this person signed in on it before, else None.

    Failed attempts of strangers do not slow such a browser down.
    """
    try:
        device = _signer().loads(
            request.cookies.get(KNOWN_COOKIE, ""), max_age=int(KNOWN_FOR.total_seconds())
        )
    except BadSignature:
        return None
    return str(device["browser"]) if device["email"] == email.strip().lower() else None


def trust_device(answer: Response, who: Authenticated) -> None:
    """Set the cookie that names this browser and who signed in last; it grants no access by itself."""
    answer.set_cookie(
        KNOWN_COOKIE,
        _signer().dumps({"email": who.email, "browser": trusted_device(who.email) or new_browser()}),
        max_age=KNOWN_FOR,
        path="/admin/sign-in",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )


def _signer() -> URLSafeTimedSerializer:
    fallbacks = current_app.config["SECRET_KEY_FALLBACKS"]
    return URLSafeTimedSerializer([*reversed(fallbacks), current_app.config["SECRET_KEY"]], salt=KNOWN_COOKIE)
