"""The shared budget of calls to TikTok, and counts of their results."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Date
from sqlalchemy.orm import Mapped, mapped_column

from receiver.storage.tables.base import Base


class CallBudget(Base):
    """The state of our app's budget of calls to TikTok; one row, locked to reserve a slot."""

    __tablename__ = "call_budgets"

    provider: Mapped[str] = mapped_column(primary_key=True)  # tiktok
    next_at: Mapped[dt.datetime | None]
    routine_at: Mapped[dt.datetime | None]
    day: Mapped[dt.date | None] = mapped_column(Date)  # in UTC
    used: Mapped[int] = mapped_column(BigInteger, default=0)  # calls of that day


class CallPause(Base):
    """A pause of calls by our app or about an ad account, with its end; deleted once TikTok answers again."""

    __tablename__ = "call_pauses"

    subject: Mapped[str] = mapped_column(primary_key=True)  # an advertiser's id; empty: the app
    until: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column("strikes", key="attempts")


class CallCount(Base):
    """The number of calls to TikTok by result, ever; kept, so that the figure never falls."""

    __tablename__ = "call_counts"

    path: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)  # TikTok's; `none`: no answer of the API came
    count: Mapped[int] = mapped_column(BigInteger)
