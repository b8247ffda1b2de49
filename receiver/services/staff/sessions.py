"""Sessions of the console, stored as a hash of their secret; an ended one is gone at once."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta

from receiver.errors import StorageUnavailable
from receiver.services.context import ServiceContext
from receiver.services.records import record_of
from receiver.services.staff.records import Authenticated, StaffMember
from receiver.storage import staff
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database
from receiver.storage.tables import Staff

MOST = 20  # of one person: browsers that are signed in at once
USE_KEPT_EVERY = timedelta(minutes=1)  # or each page would write


def begin_session(context: ServiceContext, who: Authenticated) -> str | None:
    """Begin a session at real time `now` and return the secret of its cookie.

    None where the person was removed, or their password replaced, since they were authenticated.
    """
    now = context.now()
    secret = secrets.token_urlsafe(32)
    with context.database.writing() as session:
        person = session.get(Staff, who.id, with_for_update=True)
        if person is None or person.password_hash != who.password_hash:
            return None
        staff.add_session(session, who.id, token_hash(secret), now, MOST)
    return secret


def person_of_session(context: ServiceContext, secret: str) -> StaffMember | None:
    """Return the person of a valid session, None without one; record its use, to the minute.

    A database that takes no write does not end the session.
    """
    now = context.now()
    with context.database.reading() as session:
        match = staff.find_session(session, token_hash(secret), now)
    if match is None:
        return None
    staff_session, person = match
    if abs(now - staff_session.last_used_at) >= USE_KEPT_EVERY:
        with suppress(StorageUnavailable), context.database.writing() as session:
            staff.keep_session_use(session, staff_session, now)
    return record_of(StaffMember, person)


def end_session(database: Database, secret: str) -> None:
    """End a session. Idempotent."""
    with database.writing() as session:
        staff.end_session(session, token_hash(secret))
