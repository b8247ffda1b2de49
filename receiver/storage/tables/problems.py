"""Problems with messages, by cause and store, and their acknowledgement by staff."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.domain.problems import ProblemCause, ProblemState
from receiver.domain.troubles import Actor
from receiver.storage.tables.base import Base, Serial
from receiver.storage.types import EnumText


class Problem(Base):
    """A projection of dead deliveries, quarantine and rejections, made anew every minute."""

    __tablename__ = "problems"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str]  # empty: no known store
    cause: Mapped[ProblemCause] = mapped_column(EnumText(ProblemCause))
    who: Mapped[Actor] = mapped_column(EnumText(Actor))  # must act
    rank: Mapped[int]  # domain/problems.py, RANKS
    state: Mapped[ProblemState] = mapped_column(EnumText(ProblemState))
    first_at: Mapped[dt.datetime]  # of its messages
    last_at: Mapped[dt.datetime]
    count: Mapped[int] = mapped_column(BigInteger)
    kept: Mapped[int]  # of them, those that can be processed again
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[dt.datetime | None]
    note: Mapped[str | None] = mapped_column(Text)
    resolved_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index("uq_problems_store_id", "store_id", "cause", unique=True),
        Index("ix_problems_listed", "state", "rank", "last_at", "id"),
        Index("ix_problems_counted", "state", "who"),
    )
