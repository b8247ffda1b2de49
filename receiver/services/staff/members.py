"""Manages the members of staff: an email address, a role, and an argon2 hash of a password."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.staff import Role
from receiver.errors import InputError, NotFound, Refused
from receiver.services.context import ServiceContext
from receiver.services.records import record_of
from receiver.services.staff.passwords import hash_password
from receiver.services.staff.records import StaffMember, TeamMember
from receiver.services.staff.sign_in import forget_account
from receiver.storage import audit, staff
from receiver.storage.database import Database
from receiver.storage.tables import Staff

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def add_staff(
    context: ServiceContext,
    *,
    email: str,
    role: Role,
    password: str,
    actor: str,
    one_time: bool = False,
) -> StaffMember:
    """Add a member of staff; after a one-time password they choose their own at the first sign-in.

    Raises InputError, and Refused for an address that is already there.
    """
    now = context.now()
    email = _validate_email(email)
    hashed = hash_password(password)
    with context.database.writing() as session:
        if staff.staff_by_email(session, email) is not None:
            raise Refused(f"{email} is already on the staff; give them a new password instead")
        person = staff.keep_staff(session, email, role, hashed, now)
        person.password_is_one_time = one_time
        audit.record(session, now, actor, AuditAction.STAFF_ADD, email, {"role": role})
        return record_of(StaffMember, person)


def set_password(
    context: ServiceContext, *, email: str, password: str, actor: str, one_time: bool = False
) -> StaffMember:
    """Replace a person's password, end their sessions, and reset failed sign-ins.

    Raises InputError and NotFound.
    """
    now = context.now()
    email = _validate_email(email)
    hashed = hash_password(password)
    with context.database.writing() as session:
        person = staff.get_staff(session, email)
        person.password_hash, person.password_is_one_time = hashed, one_time
        forget_account(session, email)
        staff.end_sessions_of(session, person.id)
        audit.record(session, now, actor, AuditAction.STAFF_PASSWORD, email, {})
        return record_of(StaffMember, person)


def change_role(context: ServiceContext, *, email: str, role: Role, actor: str) -> StaffMember:
    """Change a person's role, with immediate effect. Idempotent.

    Raises NotFound, and Refused where no operator would be left.
    """
    now = context.now()
    with context.database.writing() as session:
        person = staff.get_staff(session, email)
        if person.role is not role:
            _refuse_last_operator(session, person)
            detail = {"from": person.role, "to": role}
            audit.record(session, now, actor, AuditAction.STAFF_ROLE, person.email, detail)
            person.role = role
        return record_of(StaffMember, person)


def remove_staff(context: ServiceContext, *, email: str, actor: str) -> StaffMember:
    """Remove a member of staff: sessions and tokens end at once, audit entries stay.

    Raises NotFound, and Refused where no operator would be left.
    """
    now = context.now()
    with context.database.writing() as session:
        person = staff.get_staff(session, email)
        _refuse_last_operator(session, person)
        session.delete(person)
        audit.record(session, now, actor, AuditAction.STAFF_REMOVE, person.email, {"role": person.role})
        return record_of(StaffMember, person)


def list_staff(context: ServiceContext, *, real_now: datetime, limit: int) -> list[TeamMember]:
    """List the staff by email address, at most `limit` (0: all).

    Sessions are counted by the real time, tokens by the service's clock.
    """
    now = context.now()
    with context.database.reading() as session:
        sessions, tokens = staff.count_sessions(session, real_now), staff.count_tokens(session, now)
        return [
            TeamMember(
                person=record_of(StaffMember, person),
                last_seen_at=person.last_seen_at,
                sessions=sessions.get(person.id, 0),
                tokens=tokens.get(person.id, 0),
            )
            for person in staff.list_staff(session, limit)
        ]


def get_member(database: Database, staff_id: int) -> StaffMember:
    """Return a member of staff. Raises NotFound."""
    with database.reading() as session:
        person = session.get(Staff, staff_id)
        if person is None:
            raise NotFound(f"nobody on the staff has the number {staff_id}")
        return record_of(StaffMember, person)


def _refuse_last_operator(session: Session, person: Staff) -> None:
    """Raise Refused for the only operator: without one, nobody can add another."""
    if person.role is Role.OPERATOR and staff.lock_operators(session) == [person.id]:
        raise Refused(f"{person.email} is the last operator; make somebody else one first")


def _validate_email(email: str) -> str:
    email = email.strip().lower()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise InputError("must be an address such as name@example.com", path="email")
    return email
