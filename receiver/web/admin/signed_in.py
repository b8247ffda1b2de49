"""Who a session belongs to, until it lies idle, grows old, or its person leaves or ends it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask import current_app, request, session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from receiver.controls.clock import real_now
from receiver.services.staff.members import person
from receiver.services.staff.sign_in import new_browser
from receiver.storage.tables import Staff
from receiver.wiring import wiring

IDLE = timedelta(hours=2)  # the cookie's own life; each answer renews it
LONGEST = timedelta(hours=12)
KNOWN_COOKIE, KNOWN_FOR = "console-known", timedelta(days=180)


def begin_session(who: Staff) -> None:
    session.clear()  # a session of before the sign-in must not become one of after it
    session.permanent = True
    # Real time, since in the sandbox staff move the service's own by days.
    session.update(staff=who.id, password=_stamp(who), since=real_now().isoformat())


def signed_in() -> Staff | None:
    """The person whose session this is, where it still holds."""
    if "since" not in session or real_now() - datetime.fromisoformat(session["since"]) >= LONGEST:
        return None
    who = person(wiring().database, session["staff"])
    return who if who is not None and session["password"] == _stamp(who) else None


def _stamp(who: Staff) -> str:
    """Another one with each password, and when all sessions are ended; no bare hash: cookies can be read."""
    return hashlib.sha256(f"{who.sessions_ended} {who.password_hash}".encode()).hexdigest()


def known_browser(email: str) -> str | None:
    """The name of this browser, where this very person signed in before: strangers' tries do not count."""
    try:
        known = _signer().loads(request.cookies.get(KNOWN_COOKIE, ""), max_age=int(KNOWN_FOR.total_seconds()))
    except BadSignature:
        return None
    return str(known["browser"]) if known["email"] == email.strip().lower() else None


def remember_browser(answer: Response, who: Staff) -> None:
    """It knows the last one who signed in, and opens nothing by itself."""
    answer.set_cookie(
        KNOWN_COOKIE,
        _signer().dumps({"email": who.email, "browser": known_browser(who.email) or new_browser()}),
        max_age=KNOWN_FOR,
        path="/admin/sign-in",
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )


def _signer() -> URLSafeTimedSerializer:
    fallbacks = current_app.config["SECRET_KEY_FALLBACKS"]
    return URLSafeTimedSerializer([*reversed(fallbacks), current_app.config["SECRET_KEY"]], salt=KNOWN_COOKIE)
