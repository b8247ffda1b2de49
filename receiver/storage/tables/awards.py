"""Awards, and the key that their codes are hashed with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.domain.awards import AwardDelivery, AwardState, BlockCause, EvidenceSource
from receiver.storage.tables.base import Base, encrypted_column, partial_index
from receiver.storage.types import EnumText

IS_FLAGGED = text("flags <> '[]'")


class Award(Base):
    """One award of credit; the database holds it to one a store and one an advertiser per programme.

    Whoever changes one holds its store's row (storage/awards.py), as a decision does.
    """

    __tablename__ = "awards"

    id: Mapped[str] = mapped_column(primary_key=True)  # aw_…
    programme: Mapped[str]
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    merchant: Mapped[str]
    advertiser_id: Mapped[str]
    business_center: Mapped[str | None]
    state: Mapped[AwardState] = mapped_column(EnumText(AwardState))
    credit: Mapped[Decimal]
    threshold: Mapped[Decimal]
    currency: Mapped[str]
    decided_at: Mapped[dt.datetime]
    due_by: Mapped[dt.date] = mapped_column(Date)
    timezone: Mapped[str | None]  # the account's, in which `due_by` is a date; null: unknown, UTC is taken
    delivery: Mapped[AwardDelivery | None] = mapped_column(EnumText(AwardDelivery))
    reference: Mapped[str | None]  # what an applied credit is found by; of a code the last characters only
    code_encrypted: Mapped[str | None] = encrypted_column("code")  # the code; null once its store is erased
    code_hash: Mapped[str | None] = mapped_column(String(64))  # storage/codes.py; it stays
    flags: Mapped[list[Any]]  # that hold now
    cleared_flags: Mapped[dict[str, Any] | None]  # that held before: since when not any more
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    # The state a lift goes back to; null unless blocked.
    blocked_from: Mapped[AwardState | None] = mapped_column(EnumText(AwardState))
    block_reason: Mapped[str | None] = mapped_column(Text)  # of the last block; it stays when that is lifted
    # Of the last block, for its merchant; null: blocked before causes were kept, or never.
    block_cause: Mapped[BlockCause | None] = mapped_column(EnumText(BlockCause))
    evidence: Mapped[str | None] = mapped_column(Text)  # what `credited` rests on
    evidence_source: Mapped[EvidenceSource | None] = mapped_column(EnumText(EvidenceSource))
    credited_at: Mapped[dt.datetime | None]  # when that was recorded; it outlives the credit

    __table_args__ = (
        UniqueConstraint("programme", "store_id", name="uq_awards_store"),
        UniqueConstraint("programme", "advertiser_id", name="uq_awards_advertiser"),
        # A code can be redeemed once; the reference of an applied credit may be one ticket for many.
        Index("uq_awards_code", "code_hash", unique=True),
        # Whether its merchant or Business Center has one already.
        Index("ix_awards_merchant", "programme", "merchant"),
        Index("ix_awards_business_center", "programme", "business_center"),
        # A page of awards, by date, for each way to ask for one; and their sums by programme.
        Index("ix_awards_due_by", "due_by", "id"),
        Index("ix_awards_state", "state", "due_by", "id"),
        Index("ix_awards_programme", "programme", "due_by", "id"),
        partial_index("ix_awards_flagged", "due_by", "id", where=IS_FLAGGED),
        Index("ix_awards_sums", "programme", "state", "currency", "threshold", "credit", "due_by"),
    )


class HashKey(Base):
    """A random key of hashes that must stay comparable when SECRET_KEYS are rotated."""

    __tablename__ = "hash_keys"

    name: Mapped[str] = mapped_column(primary_key=True)  # of what it hashes
    key_encrypted: Mapped[str] = encrypted_column("key")
    made_at: Mapped[dt.datetime]
