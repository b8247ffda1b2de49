"""Lets staff in: an address, a role, and a password of which only an argon2 hash is kept."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from receiver.errors import InputError, Refused
from receiver.storage import audit, staff
from receiver.storage.database import Database
from receiver.storage.tables import Staff

ROLES = ("viewer", "operator")
SHORTEST_PASSWORD = 12
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def new_password() -> str:
    """One to hand over and be replaced: 120 random bits."""
    return secrets.token_urlsafe(15)


def add_staff(
    database: Database, now: datetime, *, email: str, role: str, password: str, actor: str
) -> Staff:
    """Let someone in. Raises InputError, and Refused for an address that is already there."""
    email = _checked_email(email)
    if role not in ROLES:
        raise InputError(f"must be one of {', '.join(ROLES)}", path="role")
    hashed = _hashed(password)
    with database.writing() as session:
        if staff.staff_by_email(session, email) is not None:
            raise Refused(f"{email} is already on the staff; `staff password` gives a new password")
        person = staff.keep_staff(session, email, role, hashed, now)
        audit.record(session, now, actor, "staff add", email, {"role": role})
        return person


def set_password(database: Database, now: datetime, *, email: str, password: str, actor: str) -> Staff:
    """Replace someone's password. Raises InputError and NotFound."""
    email = _checked_email(email)
    hashed = _hashed(password)
    with database.writing() as session:
        person = staff.known_staff(session, email)
        person.password_hash = hashed
        audit.record(session, now, actor, "staff password", email, {})
        return person


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise InputError("must be an address such as name@example.com", path="email")
    return email


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise InputError(f"must have at least {SHORTEST_PASSWORD} characters", path="password")
    return PasswordHasher().hash(password)


def person(database: Database, staff_id: int) -> Staff | None:
    """Whoever signed in under this id, where they are still on the staff."""
    with database.reading() as session:
        return session.get(Staff, staff_id)


def sign_in(database: Database, email: str, password: str) -> Staff | None:
    """The person whose address and password these are. Takes as long for an address nobody has."""
    with database.reading() as session:
        person = staff.staff_by_email(session, email.strip().lower())
    try:
        PasswordHasher().verify(person.password_hash if person else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return None
    return person


# The hash of a password that was thrown away: what is compared when there is no such person.
_NOBODY = PasswordHasher().hash(secrets.token_urlsafe(32))
