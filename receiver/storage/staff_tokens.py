"""Staff's API tokens, each with its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, select, update
from sqlalchemy.orm import Session

from receiver.storage.tables import Staff, StaffToken


@dataclass(frozen=True)
class OwnedToken:
    token: StaffToken
    owner: Staff


def tokens_of(session: Session, staff_id: int) -> list[StaffToken]:
    query = select(StaffToken).where(StaffToken.staff_id == staff_id).order_by(StaffToken.id.desc())
    return list(session.scalars(query))


def list_tokens(session: Session, limit: int) -> list[OwnedToken]:
    """The newest first; 0 = all."""
    query = _owned().order_by(StaffToken.id.desc())
    return list(map(_as_owned, session.execute(query.limit(limit) if limit else query)))


def known_token(session: Session, token_id: int) -> OwnedToken | None:
    found = session.execute(_owned().where(StaffToken.id == token_id)).first()
    return _as_owned(found) if found else None


def token_of_hash(session: Session, hashed: str) -> OwnedToken | None:
    found = session.execute(_owned().where(StaffToken.token_hash == hashed)).first()
    return _as_owned(found) if found else None


def keep_use(session: Session, token_id: int, at: datetime) -> None:
    session.execute(update(StaffToken).where(StaffToken.id == token_id).values(last_used_at=at))


def _owned() -> Select[StaffToken, Staff]:
    return select(StaffToken, Staff).join(Staff, StaffToken.staff_id == Staff.id)


def _as_owned(row: Row[StaffToken, Staff]) -> OwnedToken:
    return OwnedToken(token=row[0], owner=row[1])
