"""Staff, their sessions and tokens, and attempts to sign in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from receiver.domain.staff import Role
from receiver.storage.tables.base import Base, Serial
from receiver.storage.types import EnumText


class Staff(Base):
    """Someone who may sign in to the console."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role] = mapped_column(EnumText(Role))
    password_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    password_is_one_time: Mapped[bool] = mapped_column(default=False)  # to be replaced at the first sign-in
    timezone: Mapped[str] = mapped_column(default="UTC")  # in which they read times
    last_seen_at: Mapped[dt.datetime | None]  # in the console, in real time, to the minute; null: never


class SignInTries(Base):
    """Tries to sign in, counted by account, address or known browser."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(primary_key=True)  # services/staff/sign_in.py
    tries: Mapped[int]
    until: Mapped[dt.datetime]  # no try before that
    last_at: Mapped[dt.datetime] = mapped_column(index=True)


class StaffSession(Base):
    """A browser that is signed in to the console, in real time: a sandbox's clock is moved by days."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime]  # to the minute


class StaffToken(Base):
    """A personal token for the API, with its owner's role."""

    __tablename__ = "staff_tokens"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]  # to the minute

    __table_args__ = (UniqueConstraint("staff_id", "name", name="uq_staff_tokens_name"),)
