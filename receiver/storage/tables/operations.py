"""Heartbeats of background work, counts by the hour, and alerts to staff."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.storage.tables.base import Base


class AlertRow(Base):
    """The last alert of a kind on staff's own channel, and the state of sending the next."""

    __tablename__ = "tellings"

    kind: Mapped[str] = mapped_column("matter", primary_key=True)
    since: Mapped[dt.datetime | None]  # when it was noticed; null: it does not stand
    count: Mapped[int] = mapped_column("told")  # in the last alert; 0: none yet, or that it is over
    alerted_at: Mapped[dt.datetime | None] = mapped_column("told_at")
    failures: Mapped[int]  # in a row, of sending the alert that is due
    next_try_at: Mapped[dt.datetime | None]
    error: Mapped[str | None] = mapped_column(Text)  # of the last failure


class Heartbeat(Base):
    """When a background process last showed life; also which periodic run has been taken."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]


class HourlyCount(Base):
    """The number of events of a kind in an hour (domain/hourly_counts.py)."""

    __tablename__ = "hourly_counts"

    hour: Mapped[dt.datetime] = mapped_column(primary_key=True)  # when it began, in UTC
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)  # which of its kind; empty: there is but one
    count: Mapped[int] = mapped_column(BigInteger)
