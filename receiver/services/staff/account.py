"""Changes that members of staff make to their own account: password, sessions, time zone."""

from __future__ import annotations

from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.sign_in import ACCOUNT
from receiver.errors import InputError, NotFound, Refused
from receiver.services.context import ServiceContext
from receiver.services.records import record_of
from receiver.services.staff.passwords import hash_password, is_password
from receiver.services.staff.records import Authenticated
from receiver.storage import audit, login_attempts, staff
from receiver.storage.tables import Staff


def choose_password(context: ServiceContext, staff_id: int, *, current: str, new: str) -> Authenticated:
    """Change a person's password and end all earlier sessions.

    Wrong guesses of `current` are throttled, also in an open session. Raises InputError, and Refused where
    `current` is wrong.
    """
    now = context.now()
    hashed, guesses = hash_password(new), f"person {staff_id}"
    if current == new:
        raise InputError("must be another one than the current", path="password")
    with context.database.writing() as session:
        before = _get_person(session, staff_id)
        if login_attempts.remaining_wait(session, guesses, ACCOUNT, now):
            raise Refused("too many wrong passwords; wait a while and try again")
        login_attempts.count_try(session, guesses, ACCOUNT, now)
    if not is_password(before, current):
        raise Refused("this is not your current password")
    with context.database.writing() as session:
        person = _get_person(session, staff_id)
        if person.password_hash != before.password_hash:
            raise Refused("your password has just been replaced")
        person.password_hash, person.password_is_one_time = hashed, False
        staff.end_sessions_of(session, staff_id)
        login_attempts.forget_tries(session, guesses)
        audit.record(session, now, person.email, AuditAction.STAFF_PASSWORD, person.email, {})
        return record_of(Authenticated, person)


def sign_out_everywhere(context: ServiceContext, staff_id: int) -> None:
    """End all sessions of a person."""
    now = context.now()
    with context.database.writing() as session:
        person = _get_person(session, staff_id)
        staff.end_sessions_of(session, staff_id)
        audit.record(session, now, person.email, AuditAction.STAFF_SIGN_OUT_EVERYWHERE, person.email, {})


def choose_zone(context: ServiceContext, staff_id: int, zone: str) -> None:
    """Set the time zone in which a person reads times. Raises InputError."""
    now = context.now()
    if zone not in available_timezones():
        raise InputError("must be a zone such as Europe/London", path="zone")
    with context.database.writing() as session:
        person = _get_person(session, staff_id)
        person.timezone = zone
        audit.record(session, now, person.email, AuditAction.STAFF_ZONE, person.email, {"zone": zone})


def _get_person(session: Session, staff_id: int) -> Staff:
    person = session.get(Staff, staff_id)
    if person is None:
        raise NotFound("you are no longer on the staff")
    return person
