"""Who a session belongs to: until it lies idle, grows old, or its person leaves or gets a new password."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask import session

from receiver.controls.clock import real_now
from receiver.services.running.staff import person
from receiver.storage.tables import Staff
from receiver.wiring import wiring

IDLE = timedelta(hours=2)  # the cookie's own life; each answer renews it
LONGEST = timedelta(hours=12)


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
    """Another one for every password set: cookies can be read, so not the hash itself."""
    return hashlib.sha256(who.password_hash.encode()).hexdigest()
