"""Sessions of the console, kept on the server as a hash: one that was ended opens nothing any more."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from receiver.errors import StorageUnavailable
from receiver.services.records import record_of
from receiver.services.staff.records import Authenticated, StaffMember
from receiver.storage import staff
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database
from receiver.storage.tables import Staff

MOST = 20  # of one person: browsers that are signed in at once
USE_KEPT_EVERY = timedelta(minutes=1)  # or each page would write


def begin_session(database: Database, now: datetime, who: Authenticated) -> str | None:
    """Begin a session in real time `now`; returns the secret of its cookie.

    None where the person left, or the password that let them in was replaced, a moment ago.
    """
    secret = secrets.token_urlsafe(32)
    with database.writing() as session:
        person = session.get(Staff, who.id, with_for_update=True)
        if person is None or person.password_hash != who.password_hash:
            return None
        staff.add_session(session, who.id, token_hash(secret), now, MOST)
    return secret


def person_of_session(database: Database, now: datetime, secret: str) -> StaffMember | None:
    """Return the person of a session that lasts; note, to the minute, that it was used.

    A database that takes no write does not keep staff from looking at it.
    """
    with database.reading() as session:
        found = staff.find_session(session, token_hash(secret), now)
    if found is None:
        return None
    lasting, person = found
    if abs(now - lasting.last_used_at) >= USE_KEPT_EVERY:
        with suppress(StorageUnavailable), database.writing() as session:
            staff.keep_session_use(session, lasting, now)
    return record_of(StaffMember, person)


def end_session(database: Database, secret: str) -> None:
    """End a session. Idempotent."""
    with database.writing() as session:
        staff.end_session(session, token_hash(secret))
