"""The audit log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from receiver.storage.tables.base import Base, Serial


class AuditEntry(Base):
    """An act: who did it, when and why."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    store_id: Mapped[str | None]  # the store that it is about; it stays when the store is gone
    detail: Mapped[dict[str, Any]]

    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_actor", "actor", "at", "id"),
        Index("ix_audit_action", "action", "at", "id"),
        Index("ix_audit_store_id", "store_id", "at", "id"),
    )
