"""Recorded facts, decisions, and reviews of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.domain.reviews import ReviewAnswer, ReviewState
from receiver.storage.tables.base import Base, Serial, partial_index
from receiver.storage.types import EnumText, JsonValue, PackedJson

IS_OPEN = text(f"state = '{ReviewState.OPEN}'")


class RecordedFact(Base):
    """A fact that staff recorded, with reason and evidence; the newest of a name holds."""

    __tablename__ = "recorded_facts"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    name: Mapped[str]
    value: Mapped[Any] = mapped_column(JsonValue)  # null: "unknown", or an override taken back
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    at: Mapped[dt.datetime]


class DecisionRow(Base):
    """A decision about a store, with its time, facts and terms; never changed."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    decided_at: Mapped[dt.datetime]
    stage: Mapped[str]
    verdict: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))  # of what it says; the same again writes nothing
    facts: Mapped[dict[str, Any]]  # the facts document
    programme: Mapped[dict[str, Any]]  # the terms as they stood
    # The status document as it was said, whatever later code would say; null in rows older than this column.
    answer: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)

    __table_args__ = (
        Index("ix_decisions_decided_at", "decided_at"),
        Index("ix_decisions_last", "store_id", "id"),  # a store's newest, without reading all of its
    )


class Review(Base):
    """A merchant's request that staff look again, and their answer; one open at a time."""

    __tablename__ = "reviews"

    id: Mapped[str] = mapped_column(primary_key=True)  # rv_…
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    state: Mapped[ReviewState] = mapped_column(EnumText(ReviewState))
    message: Mapped[str] = mapped_column(Text)  # the merchant's own words
    asked_at: Mapped[dt.datetime]
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("decisions.id"), index=True
    )  # what they had been told
    answer: Mapped[ReviewAnswer | None] = mapped_column(EnumText(ReviewAnswer))
    recorded: Mapped[dict[str, Any] | None]  # the override or fact it was answered with
    reason: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[str | None]

    __table_args__ = (
        partial_index("uq_reviews_open", "store_id", unique=True, where=IS_OPEN),
        Index("ix_reviews_asked", "asked_at", "id"),
        Index("ix_reviews_state", "state", "asked_at", "id"),
    )
