"""Lets staff in: an address, a role, and a password of which only an argon2 hash is kept."""

from __future__ import annotations

import re
from datetime import datetime

from receiver.domain.audit import AuditAction
from receiver.domain.staff import Role
from receiver.errors import InputError, Refused
from receiver.services.records import record_of
from receiver.services.staff.passwords import hashed_password
from receiver.services.staff.records import StaffMember
from receiver.services.staff.sign_in import forget_account
from receiver.storage import audit, staff
from receiver.storage.database import Database

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def add_staff(
    database: Database,
    now: datetime,
    *,
    email: str,
    role: str,
    password: str,
    actor: str,
    one_time: bool = False,
) -> StaffMember:
    """Let someone in; with a one-time password they choose their own when they first sign in.

    Raises InputError, and Refused for an address that is already there.
    """
    email = _checked_email(email)
    if role not in set(Role):
        raise InputError(f"must be one of {', '.join(Role)}", path="role")
    hashed = hashed_password(password)
    with database.writing() as session:
        if staff.staff_by_email(session, email) is not None:
            raise Refused(f"{email} is already on the staff; `staff password` gives a new password")
        person = staff.keep_staff(session, email, Role(role), hashed, now)
        person.password_is_one_time = one_time
        audit.record(session, now, actor, AuditAction.STAFF_ADD, email, {"role": role})
        return record_of(StaffMember, person)


def set_password(
    database: Database, now: datetime, *, email: str, password: str, actor: str, one_time: bool = False
) -> StaffMember:
    """Replace someone's password, and let them try anew. Raises InputError and NotFound."""
    email = _checked_email(email)
    hashed = hashed_password(password)
    with database.writing() as session:
        person = staff.get_staff(session, email)
        person.password_hash, person.password_is_one_time = hashed, one_time
        forget_account(session, email)
        staff.end_sessions_of(session, person.id)
        audit.record(session, now, actor, AuditAction.STAFF_PASSWORD, email, {})
        return record_of(StaffMember, person)


def remove_staff(database: Database, now: datetime, *, email: str, actor: str) -> StaffMember:
    """Let someone in no longer: sessions and tokens end at once, what they did stays. Raises NotFound."""
    with database.writing() as session:
        person = staff.get_staff(session, email)
        session.delete(person)
        audit.record(session, now, actor, AuditAction.STAFF_REMOVE, person.email, {"role": person.role})
        return record_of(StaffMember, person)


def list_staff(database: Database, limit: int) -> list[StaffMember]:
    """By address; 0 = all."""
    with database.reading() as session:
        return [record_of(StaffMember, person) for person in staff.list_staff(session, limit)]


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise InputError("must be an address such as name@example.com", path="email")
    return email
