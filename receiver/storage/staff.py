"""Who may sign in to the console."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from receiver.errors import NotFound
from receiver.storage.tables import Staff


def staff_by_email(session: Session, email: str) -> Staff | None:
    return session.scalars(select(Staff).where(Staff.email == email)).first()


def get_staff(session: Session, email: str) -> Staff:
    """Raises NotFound."""
    person = staff_by_email(session, email.strip().lower())
    if person is None:
        raise NotFound(f"nobody on the staff has the address {email}")
    return person


def keep_staff(session: Session, email: str, role: str, password_hash: str, now: datetime) -> Staff:
    person = Staff(email=email, role=role, password_hash=password_hash, created_at=now)
    session.add(person)
    session.flush()
    return person


def list_staff(session: Session, limit: int) -> list[Staff]:
    query = select(Staff).order_by(Staff.email)
    return list(session.scalars(query.limit(limit) if limit else query))
