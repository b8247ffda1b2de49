"""Staff's API tokens, each with its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.orm import Session

from receiver.storage.tables import Staff, StaffToken


@dataclass(frozen=True)
class OwnedToken:
    token: StaffToken
    owner: Staff


def tokens_of(session: Session, staff_id: int) -> list[StaffToken]:
    query = select(StaffToken).where(StaffToken.staff_id == staff_id).order_by(StaffToken.id.desc())
    return list(session.scalars(query))


def list_tokens(
    session: Session, limit: int, *, after: int | None = None, staff_id: int | None = None
) -> list[OwnedToken]:
    """The newest first, those made before the token `after`; 0 = all."""
    query = _owned().order_by(StaffToken.id.desc())
    if after is not None:
        query = query.where(StaffToken.id < after)
    if staff_id is not None:
        query = query.where(StaffToken.staff_id == staff_id)
    return list(map(_as_owned, session.execute(query.limit(limit) if limit else query)))


def get_token(session: Session, token_id: int) -> OwnedToken | None:
    found = session.execute(_owned().where(StaffToken.id == token_id)).first()
    return _as_owned(found) if found else None


def token_of_hash(session: Session, hashed: str) -> OwnedToken | None:
    found = session.execute(_owned().where(StaffToken.token_hash == hashed)).first()
    return _as_owned(found) if found else None


def keep_use(session: Session, token_id: int, at: datetime) -> None:
    session.execute(update(StaffToken).where(StaffToken.id == token_id).values(last_used_at=at))


def forget_expired(session: Session, staff_id: int, name: str, now: datetime) -> None:
    """Delete one person's token of this name if it has expired."""
    of_name = (StaffToken.staff_id == staff_id) & (StaffToken.name == name)
    session.execute(delete(StaffToken).where(of_name, StaffToken.expires_at <= now))


def _owned() -> Select[StaffToken, Staff]:
    return select(StaffToken, Staff).join(Staff, StaffToken.staff_id == Staff.id)


def _as_owned(row: Row[StaffToken, Staff]) -> OwnedToken:
    return OwnedToken(token=row[0], owner=row[1])
