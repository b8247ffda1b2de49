"""Webhook addresses and their signing secrets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select, update
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


# Built once: it is asked for every delivery, and building it costs more than asking.
_ADDRESSES = (
    select(Hook.id, Hook.store_id, Hook.topic, Store.disconnected_at, HookSecret.secret_sealed)
    .join(Store, Store.id == Hook.store_id)
    .outerjoin(
        HookSecret,
        and_(
            HookSecret.hook_id == Hook.id,
            or_(HookSecret.valid_until.is_(None), HookSecret.valid_until > bindparam("now")),
        ),
    )
    .where(Hook.id.in_(bindparam("hook_ids", expanding=True)))
    .order_by(HookSecret.id.desc())
)


def find_addresses(session: Session, hook_ids: Iterable[str], now: datetime) -> dict[str, Address]:
    """By hook id, with the secrets valid now, in one query; an address nobody was given is left out."""
    found: dict[str, Address] = {}
    asked = {"hook_ids": list(hook_ids), "now": now}
    for hook_id, store_id, topic, disconnected_at, sealed in session.connection().execute(_ADDRESSES, asked):
        before = found[hook_id].sealed if hook_id in found else ()
        secrets = (*before, sealed) if sealed is not None else before
        found[hook_id] = Address(store_id, hook_id, topic, disconnected_at is None, secrets)
    return found


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
