"""The inbox: deliveries, attempts, replays, and the signals that were applied."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.domain.deliveries import DeliveryState
from receiver.storage.tables.base import Base, Serial, partial_index

IS_DUE = text("due_at IS NOT NULL")
IS_OVER = text("due_at IS NULL")
HAS_ENDED = text("ended_at IS NOT NULL")
OF_A_REPLAY = text("replay_id IS NOT NULL")
IS_DEAD = text(f"state = '{DeliveryState.DEAD}'")
IS_LOST = text(f"state = '{DeliveryState.DEAD}' AND store_id IS NOT NULL")


class Delivery(Base):
    """The inbox: one verified delivery, its raw bytes, and how far it has come. This row is the truth."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    identity: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 hex of what makes it the same
    source: Mapped[str]  # integrations/providers.py
    store_id: Mapped[str | None] = mapped_column(ForeignKey("stores.id"))
    hook_id: Mapped[str | None]
    topic: Mapped[str | None]
    webhook_id: Mapped[str | None]
    delivery_id: Mapped[str | None]
    headers: Mapped[list[Any]]  # [[name, value], …] without credentials
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # null once dropped
    body_sha256: Mapped[str] = mapped_column(String(64))
    body_bytes: Mapped[int | None] = mapped_column(BigInteger)  # as it came; null: not noted
    received_at: Mapped[dt.datetime]
    duplicates: Mapped[int] = mapped_column(default=0)
    state: Mapped[str]  # domain/deliveries.py
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime | None]  # when the worker should take it; null once ended
    lease_until: Mapped[dt.datetime | None]  # while processing: until when it is somebody's
    ended_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]  # domain/deliveries.py: of a body not kept, or of an end without effect
    error: Mapped[str | None] = mapped_column(Text)  # the reason, or the failure, in words
    request_id: Mapped[str | None] = mapped_column(String(64))  # receiver/request_id.py

    __table_args__ = (
        # With the store, so that storage/turns.py and listings by store read no row of what waits for others.
        partial_index("ix_deliveries_waiting", "due_at", "id", "store_id", where=IS_DUE),
        Index("ix_deliveries_state", "state", "id"),
        # By store, of what has ended.
        partial_index("ix_deliveries_ended_of_store", "store_id", "id", where=IS_OVER),
        Index("ix_deliveries_received", "received_at", "id"),
        partial_index("ix_deliveries_lost", "store_id", "topic", "id", where=IS_LOST),
        # The groups that storage/problems.py walks along.
        partial_index("ix_deliveries_dead", "reason", "store_id", "id", where=IS_DEAD),
        partial_index("ix_deliveries_ended", "ended_at", where=HAS_ENDED),
    )


class Attempt(Base):
    """One try at a delivery: who, when, and what came of it."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str]  # worker | staff, their replay and its reason
    outcome: Mapped[str]
    error: Mapped[str | None] = mapped_column(Text)
    replay_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        # Of a replay that is cut off and goes on, each delivery is tried once.
        partial_index("uq_attempts_replay", "replay_id", "delivery_id", unique=True, where=OF_A_REPLAY),
    )


class Replay(Base):
    """Deliveries that staff asked to be processed once more, and how far that has come."""

    __tablename__ = "replays"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    asked_at: Mapped[dt.datetime]
    actor: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    filters: Mapped[dict[str, Any]]  # as storage/deliveries.py writes them
    rate: Mapped[int]  # deliveries a second
    state: Mapped[str]  # domain/replays.py
    up_to: Mapped[int] = mapped_column(BigInteger)  # the newest delivery when it was asked for
    cursor: Mapped[int] = mapped_column(BigInteger)  # the last delivery it has come to
    next_at: Mapped[dt.datetime]  # no batch before that
    total: Mapped[int]  # how many there were to replay when it was asked for
    done: Mapped[int] = mapped_column(default=0)
    outcomes: Mapped[dict[str, Any]]  # counts by outcome; they add up to `done`
    ended_at: Mapped[dt.datetime | None]


class Signal(Base):
    """A signal already applied: effects are keyed by it, so applying is idempotent."""

    __tablename__ = "signals"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    install_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event: Mapped[str]
    at: Mapped[dt.datetime]
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_signals_at", "at"),)
