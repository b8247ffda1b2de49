"""Personal API tokens of staff: shown once, kept as a hash, with their owner's role, until revoked."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from receiver.errors import InputError, NotFound, Refused
from receiver.storage import audit, staff, staff_tokens
from receiver.storage.database import Database
from receiver.storage.seal import token_hash
from receiver.storage.staff_tokens import OwnedToken
from receiver.storage.tables import Staff, StaffToken

LONGEST_NAME = 60
MOST = 20  # of one person
USE_KEPT_EVERY = timedelta(minutes=1)  # or each call would write


@dataclass(frozen=True, repr=False)
class NewToken:
    """A token as it is shown this once."""

    id: int
    name: str
    text: str
    owner: Staff


def make_token(database: Database, now: datetime, *, email: str, name: str, actor: str) -> NewToken:
    """Raises InputError, NotFound for an address nobody has, and Refused for a name used before."""
    name = _checked_name(name)
    text = f"stf_{secrets.token_urlsafe(32)}"
    with database.writing() as session:
        owner = staff.known_staff(session, email)
        named = [token.name for token in staff_tokens.tokens_of(session, owner.id)]
        if name in named:
            raise Refused(f"there is a token {name!r} already; revoke it first, or choose another name")
        if len(named) >= MOST:
            raise Refused(f"{MOST} tokens are the most; revoke one that is not needed")
        token = StaffToken(staff_id=owner.id, name=name, token_hash=token_hash(text), created_at=now)
        session.add(token)
        session.flush()
        audit.record(session, now, actor, "staff token", owner.email, {"name": name, "id": token.id})
        return NewToken(token.id, name, text, owner)


def tokens_of(database: Database, staff_id: int) -> Sequence[StaffToken]:
    """One person's, the newest first."""
    with database.reading() as session:
        return staff_tokens.tokens_of(session, staff_id)


def list_tokens(database: Database, limit: int) -> Sequence[OwnedToken]:
    """Everybody's, the newest first; 0 = all."""
    with database.reading() as session:
        return staff_tokens.list_tokens(session, limit)


def revoke_token(
    database: Database, now: datetime, token_id: int, *, actor: str, staff_id: int | None = None
) -> OwnedToken:
    """End a token at once; of `staff_id` only, where given. Raises NotFound."""
    with database.writing() as session:
        owned = staff_tokens.known_token(session, token_id)
        if owned is None or staff_id not in (None, owned.token.staff_id):
            raise NotFound(f"there is no token {token_id}")
        session.delete(owned.token)
        what = {"name": owned.token.name, "id": token_id}
        audit.record(session, now, actor, "staff revoke-token", owned.owner.email, what)
        return owned


def person_of_token(database: Database, now: datetime, text: str) -> Staff | None:
    """Whose token this is; keeps, to the minute, that it was used."""
    with database.reading() as session:
        owned = staff_tokens.token_of_hash(session, token_hash(text))
    if owned is None:
        return None
    used = owned.token.last_used_at
    if used is None or abs(now - used) >= USE_KEPT_EVERY:
        with database.writing() as session:
            staff_tokens.keep_use(session, owned.token.id, now)
    return owned.owner


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(f"must be a text of 1 to {LONGEST_NAME} characters on one line", path="name")
    return name
