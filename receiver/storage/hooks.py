"""Webhook addresses and their signing secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from receiver.storage.tables import Hook, HookSecret, Store


@dataclass(frozen=True)
class Address:
    """Where a delivery was sent to, and the sealed secrets that may have signed it."""

    store_id: str
    hook_id: str
    topic: str | None  # null: the header names it
    connected: bool
    sealed: tuple[str, ...]


def find_address(session: Session, store_id: str, hook_id: str, now: datetime) -> Address | None:
    """One query for store, hook and the secrets valid now; None for an address nobody was given."""
    valid = or_(HookSecret.valid_until.is_(None), HookSecret.valid_until > now)
    query = (
        select(Hook.topic, Store.disconnected_at, HookSecret.secret_sealed)
        .join(Store, Store.id == Hook.store_id)
        .outerjoin(HookSecret, and_(HookSecret.hook_id == Hook.id, valid))
        .where(Store.id == store_id, Hook.id == hook_id)
        .order_by(HookSecret.id.desc())
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    topic, disconnected_at, _ = rows[0]
    sealed = tuple(row[2] for row in rows if row[2] is not None)
    return Address(store_id, hook_id, topic, disconnected_at is None, sealed)


def add_hook(session: Session, hook_id: str, store_id: str, topic: str | None) -> None:
    session.add(Hook(id=hook_id, store_id=store_id, topic=topic))
    session.flush()


def add_secret(session: Session, hook_id: str, sealed: str, now: datetime) -> None:
    session.add(HookSecret(hook_id=hook_id, secret_sealed=sealed, created_at=now, valid_until=None))


def end_secrets(session: Session, hook_id: str, at: datetime) -> None:
    """Let every secret of the hook end at `at`; one that ends sooner keeps its end."""
    later = or_(HookSecret.valid_until.is_(None), HookSecret.valid_until > at)
    session.execute(
        update(HookSecret).where(HookSecret.hook_id == hook_id, later).values(valid_until=at),
        execution_options={"synchronize_session": False},
    )
