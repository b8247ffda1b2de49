"""Terms of programmes, and counts of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from receiver.storage.tables.base import Base


class Terms(Base):
    """The terms of a programme some store enrolled in: they stay, whatever PROGRAMME says later."""

    __tablename__ = "programmes"

    id: Mapped[str] = mapped_column(primary_key=True)
    terms: Mapped[dict[str, Any]]
    kept_at: Mapped[dt.datetime]


class ProgrammeChoice(Base):
    """The programme that staff loaded for new stores, in place of the one PROGRAMME named then; one row."""

    __tablename__ = "programme_choices"

    id: Mapped[int] = mapped_column(primary_key=True)  # always the same: the next choice takes its place
    programme: Mapped[str]
    instead_of: Mapped[str]  # what PROGRAMME said; once it says another thing, that holds
    by: Mapped[str]
    at: Mapped[dt.datetime]


class ProgrammeCounts(Base):
    """The worker's last counts of a programme's stores and awards."""

    __tablename__ = "programme_counts"

    programme: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    counts: Mapped[dict[str, Any]]  # storage/programme_statistics.py
