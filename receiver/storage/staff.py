"""Staff who may sign in to the console, their sessions there, and their tokens for the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, not_, select, update
from sqlalchemy.orm import Session

from receiver.domain.sign_in import SESSION_IDLE, SESSION_LONGEST
from receiver.domain.staff import Role
from receiver.errors import NotFound
from receiver.paging import Page
from receiver.storage.paging import Keyset, read_rows
from receiver.storage.tables import Staff, StaffSession, StaffToken

SKEW = timedelta(
    minutes=5
)  # of hosts' clocks; a session that began later than that began on a clock since corrected
NEWEST_TOKEN = Keyset((StaffToken.id,), descending=True)


def staff_by_email(session: Session, email: str) -> Staff | None:
    """Return the staff member with this email, None for an unknown one."""
    return session.scalars(select(Staff).where(Staff.email == email)).first()


def get_staff(session: Session, email: str) -> Staff:
    """Return the staff member with this email. Raises NotFound."""
    person = staff_by_email(session, email.strip().lower())
    if person is None:
        raise NotFound(f"nobody on the staff has the address {email}")
    return person


def keep_staff(session: Session, email: str, role: Role, password_hash: str, now: datetime) -> Staff:
    """Insert a staff member."""
    person = Staff(email=email, role=role, password_hash=password_hash, created_at=now)
    session.add(person)
    session.flush()
    return person


def lock_operators(session: Session) -> list[int]:
    """Lock all operators and return their ids, so that nobody demotes one until the commit."""
    query = select(Staff.id).where(Staff.role == Role.OPERATOR).order_by(Staff.id)
    return list(session.scalars(query.with_for_update()))


def list_staff(session: Session, limit: int) -> list[Staff]:
    """Return the staff members, by address; `limit` 0 for all."""
    query = select(Staff).order_by(Staff.email)
    return list(session.scalars(query.limit(limit) if limit else query))


def add_session(session: Session, staff_id: int, token_hash: str, now: datetime, most: int) -> None:
    """Store a session; delete expired ones, and this person's oldest beyond `most`."""
    session.execute(delete(StaffSession).where(not_(_is_active(now))))
    row = StaffSession(token_hash=token_hash, staff_id=staff_id, began_at=now, last_used_at=now)
    session.add(row)
    session.flush()
    _update_last_seen(session, staff_id, now)
    newest = (
        select(StaffSession.token_hash)
        .where(StaffSession.staff_id == staff_id)
        .order_by(StaffSession.began_at.desc(), StaffSession.last_used_at.desc())
        .limit(most)
    )
    beyond = (StaffSession.staff_id == staff_id) & StaffSession.token_hash.not_in(newest)
    session.execute(delete(StaffSession).where(beyond))


def find_session(session: Session, token_hash: str, now: datetime) -> tuple[StaffSession, Staff] | None:
    """Return a session that has not expired, with its owner; None for an unknown hash."""
    query = select(StaffSession, Staff).join(Staff, StaffSession.staff_id == Staff.id)
    row = session.execute(query.where(StaffSession.token_hash == token_hash, _is_active(now))).first()
    return (row[0], row[1]) if row else None


def keep_session_use(session: Session, used: StaffSession, at: datetime) -> None:
    """Record the use of a session, and that its owner was seen, at a time."""
    query = update(StaffSession).where(StaffSession.token_hash == used.token_hash)
    session.execute(query.values(last_used_at=at))
    _update_last_seen(session, used.staff_id, at)


def _update_last_seen(session: Session, staff_id: int, at: datetime) -> None:
    session.execute(update(Staff).where(Staff.id == staff_id).values(last_seen_at=at))


def count_sessions(session: Session, now: datetime) -> dict[int, int]:
    """Return the number of active sessions by person; a person without any is left out."""
    query = (
        select(StaffSession.staff_id, func.count().label("sessions"))
        .where(_is_active(now))
        .group_by(StaffSession.staff_id)
    )
    return {row.staff_id: row.sessions for row in session.execute(query)}


def count_tokens(session: Session, now: datetime) -> dict[int, int]:
    """Return the number of unexpired tokens by person; a person without any is left out."""
    query = select(StaffToken.staff_id, func.count().label("tokens")).where(StaffToken.expires_at > now)
    return {row.staff_id: row.tokens for row in session.execute(query.group_by(StaffToken.staff_id))}


def end_session(session: Session, token_hash: str) -> None:
    """Delete the session of this token."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash))


def end_sessions_of(session: Session, staff_id: int) -> None:
    """Delete all sessions of a staff member."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def _is_active(now: datetime) -> ColumnElement[bool]:
    return and_(
        StaffSession.last_used_at > now - SESSION_IDLE,
        StaffSession.began_at > now - SESSION_LONGEST,
        StaffSession.began_at <= now + SKEW,
    )


@dataclass(frozen=True)
class OwnedToken:
    """An API token and its owner."""

    token: StaffToken
    owner: Staff


def tokens_of(session: Session, staff_id: int) -> list[StaffToken]:
    """Return the API tokens of a staff member, the newest first."""
    query = select(StaffToken).where(StaffToken.staff_id == staff_id).order_by(StaffToken.id.desc())
    return list(session.scalars(query))


def page_of_tokens(
    session: Session, *, before: int | None = None, staff_id: int | None = None, limit: int
) -> Page[OwnedToken]:
    """Return a page of everybody's tokens or of one person's, the newest first; `limit` 0 for all."""
    query = (
        _tokens_with_owners()
        if staff_id is None
        else _tokens_with_owners().where(StaffToken.staff_id == staff_id)
    )
    key = None if before is None else (before,)
    page = read_rows(session, query, NEWEST_TOKEN, after=key, limit=limit, cursor=lambda row: str(row[0].id))
    return page.show(_owned_token)


def get_token(session: Session, token_id: int) -> OwnedToken | None:
    """Return an API token with its owner, None for an unknown id."""
    row = session.execute(_tokens_with_owners().where(StaffToken.id == token_id)).first()
    return _owned_token(row) if row else None


def token_of_hash(session: Session, token_hash: str) -> OwnedToken | None:
    """Return the API token with this hash and its owner, None for an unknown one."""
    row = session.execute(_tokens_with_owners().where(StaffToken.token_hash == token_hash)).first()
    return _owned_token(row) if row else None


def keep_use(session: Session, token_id: int, at: datetime) -> None:
    """Record when a token was last used."""
    session.execute(update(StaffToken).where(StaffToken.id == token_id).values(last_used_at=at))


def forget_expired(session: Session, staff_id: int, name: str, now: datetime) -> None:
    """Delete a person's token of this name if it has expired."""
    of_name = (StaffToken.staff_id == staff_id) & (StaffToken.name == name)
    session.execute(delete(StaffToken).where(of_name, StaffToken.expires_at <= now))


def _tokens_with_owners() -> Select[StaffToken, Staff]:
    return select(StaffToken, Staff).join(Staff, StaffToken.staff_id == Staff.id)


def _owned_token(row: Row[StaffToken, Staff]) -> OwnedToken:
    return OwnedToken(token=row[0], owner=row[1])
