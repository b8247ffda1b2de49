"""Personal API tokens of staff: shown once, stored as a hash, with the owner's role, until they expire."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from receiver.documents.times import time_text
from receiver.domain.audit import AuditAction
from receiver.domain.staff import Role
from receiver.errors import InputError, NotFound, ReceiverError, Refused
from receiver.paging import Page, read_number
from receiver.services.context import ServiceContext
from receiver.services.records import record_of
from receiver.services.staff.records import ApiToken, StaffMember
from receiver.storage import audit, staff
from receiver.storage.cipher import token_hash
from receiver.storage.database import Database
from receiver.storage.tables import StaffToken

LONGEST_NAME = 60
MOST = 20  # tokens of one person
DAYS, MOST_DAYS = 90, 365  # the default and the longest lifetime
USE_KEPT_EVERY = timedelta(minutes=1)  # or each call would write


class TokenExpired(ReceiverError):
    """The token is valid but has expired."""


@dataclass(frozen=True, repr=False)
class NewToken:
    """A new token with its text, which is shown only once."""

    id: int
    name: str
    text: str
    owner: StaffMember
    expires_at: datetime


def make_token(context: ServiceContext, *, email: str, name: str, actor: str, days: int = DAYS) -> NewToken:
    """Create a token that lasts for `days`, in place of an expired one with its name.

    Raises InputError, NotFound for an address nobody has, and Refused for a name that is in use.
    """
    now = context.now()
    name, expires_at = _validate_name(name), now + timedelta(days=_validate_days(days))
    text = f"stf_{secrets.token_urlsafe(32)}"
    with context.database.writing() as session:
        owner = staff.get_staff(session, email)
        staff.forget_expired(session, owner.id, name, now)
        names = [token.name for token in staff.tokens_of(session, owner.id)]
        if name in names:
            raise Refused(f"there is a token {name!r} already; revoke it first, or choose another name")
        if len(names) >= MOST:
            raise Refused(f"{MOST} tokens are the most; revoke one that is not needed")
        values = {"name": name, "created_at": now, "expires_at": expires_at}
        token = StaffToken(staff_id=owner.id, token_hash=token_hash(text), **values)
        session.add(token)
        session.flush()
        detail = {"name": name, "id": token.id, "days": days}
        audit.record(session, now, actor, AuditAction.STAFF_TOKEN, owner.email, detail)
        return NewToken(token.id, name, text, record_of(StaffMember, owner), expires_at)


def make_token_for(
    context: ServiceContext, maker: StaffMember, *, email: str, name: str, days: int
) -> NewToken:
    """Create a token for the operator `maker`, or for a viewer; raises as `make_token` does.

    One for another operator is refused: the audit would name a person who did not act.
    """
    with context.database.reading() as session:
        owner = staff.get_staff(session, email)
        may_make = owner.id == maker.id or (owner.role, maker.role) == (Role.VIEWER, Role.OPERATOR)
        if not may_make:
            raise Refused(f"only {owner.email} makes tokens that act as {owner.email}")
    return make_token(context, email=email, name=name, actor=maker.email, days=days)


def page_of_tokens(
    database: Database, *, after: str | None = None, staff_id: int | None = None, limit: int
) -> Page[ApiToken]:
    """Return a page of everybody's tokens or of one person's, the newest first; `limit` 0 for all.

    Raises InputError.
    """
    with database.reading() as session:
        page = staff.page_of_tokens(session, before=read_number(after), staff_id=staff_id, limit=limit)
    return page.show(ApiToken.of)


def revoke_token(
    context: ServiceContext, token_id: int, *, actor: str, staff_id: int | None = None
) -> ApiToken:
    """Revoke a token, with `staff_id` only one of that person. Raises NotFound."""
    now = context.now()
    with context.database.writing() as session:
        owned = staff.get_token(session, token_id)
        if owned is None or staff_id not in (None, owned.token.staff_id):
            raise NotFound(f"there is no token {token_id}")
        session.delete(owned.token)
        what = {"name": owned.token.name, "id": token_id}
        audit.record(session, now, actor, AuditAction.STAFF_REVOKE_TOKEN, owned.owner.email, what)
        return ApiToken.of(owned)


def use_token(context: ServiceContext, text: str) -> ApiToken | None:
    """Return a token with its owner, None if unknown, and record its use. Raises TokenExpired."""
    now = context.now()
    with context.database.reading() as session:
        owned = staff.token_of_hash(session, token_hash(text))
    if owned is None:
        return None
    if owned.token.expires_at <= now:
        raise TokenExpired(f"the token expired at {time_text(owned.token.expires_at)}; make another")
    last_use = owned.token.last_used_at
    if last_use is None or abs(now - last_use) >= USE_KEPT_EVERY:
        with context.database.writing() as session:
            staff.keep_use(session, owned.token.id, now)
    return ApiToken.of(owned)


def _validate_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(f"must be a text of 1 to {LONGEST_NAME} characters on one line", path="name")
    return name


def _validate_days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"must be a number from 1 to {MOST_DAYS}", path="days")
    return days
