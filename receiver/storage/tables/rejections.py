"""Calls that became no delivery: counted, sampled, or held in quarantine."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from receiver.storage.tables.base import Base, Serial, encrypted_column


class Rejection(Base):
    """The number of rejected calls, and of pings, at the webhook addresses on a day."""

    __tablename__ = "rejections"

    store_id: Mapped[str] = mapped_column(
        primary_key=True
    )  # empty where the caller was not shown to be a store
    reason: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)  # in UTC
    count: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_rejections_day", "reason", "day", "count"),
        Index("ix_rejections_listed", "day", "store_id", "reason"),
    )


class RejectionSample(Base):
    """A sample of the newest rejected calls of a store for a reason; without credentials and body."""

    __tablename__ = "rejection_samples"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str]
    reason: Mapped[str]
    at: Mapped[dt.datetime]
    headers: Mapped[list[Any]]  # [[name, value], …]
    bytes: Mapped[int | None] = mapped_column(BigInteger)  # of the body, as announced; null: not told

    __table_args__ = (Index("ix_rejection_samples_store_id", "store_id", "reason", "id"),)


class Quarantined(Base):
    """A known store's call with a signature we could not verify: it never comes again."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    identity: Mapped[str] = mapped_column(String(64), unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    hook_id: Mapped[str]
    topic: Mapped[str | None]
    headers: Mapped[list[Any]]
    body_encrypted: Mapped[str] = encrypted_column("body")
    body_sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    received_at: Mapped[dt.datetime] = mapped_column(index=True)
