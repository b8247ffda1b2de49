"""Connections to stores: webhook addresses and their secrets, REST keys, attempts to connect."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.storage.tables.base import Base, Serial, encrypted_column, partial_index

HAS_TOPIC = text("topic IS NOT NULL")
IS_IN_TROUBLE = text("trouble IS NOT NULL")
IS_ASKED = text("look_asked_at IS NOT NULL OR rotation IS NOT NULL")
UNDER_WAY = text("outcome IS NULL")


class WebhookEndpoint(Base):
    """A webhook address: one made by hand carries the store's own id and takes any topic."""

    __tablename__ = "hooks"

    id: Mapped[str] = mapped_column(primary_key=True)  # hk_…, or the store's id
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    topic: Mapped[str | None]  # null: the header names it
    # Of one that this service creates at the store: its number there, and its trouble when last checked.
    webhook_id: Mapped[int | None] = mapped_column(BigInteger)
    trouble: Mapped[str | None]  # domain/store_webhooks.py
    checked_at: Mapped[dt.datetime | None]

    __table_args__ = (
        partial_index("uq_hooks_topic", "store_id", "topic", unique=True, where=HAS_TOPIC),
        partial_index("ix_hooks_trouble", "store_id", where=IS_IN_TROUBLE),
    )


class WebhookSecret(Base):
    """A signing secret; during a rotation two are valid."""

    __tablename__ = "hook_secrets"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    hook_id: Mapped[str] = mapped_column(ForeignKey("hooks.id"), index=True)
    secret_encrypted: Mapped[str] = encrypted_column("secret")
    created_at: Mapped[dt.datetime]
    valid_until: Mapped[dt.datetime | None]


class ConnectionAttempt(Base):
    """A merchant on the way through a shop's key page; keys that came wait here unconfirmed."""

    __tablename__ = "connects"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of the user_id the shop is given
    shop: Mapped[str]
    rest_base: Mapped[str | None]  # the address before the shop's wp-json; null: not examined yet
    user_id_encrypted: Mapped[str | None] = encrypted_column(
        "user_id"
    )  # for the address of the shop's key page
    browser_hash: Mapped[str] = mapped_column(String(64))
    return_url: Mapped[str | None] = mapped_column(Text)  # a page of the shop to lead back to
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    expires_at: Mapped[dt.datetime]
    keys_encrypted: Mapped[str | None] = encrypted_column("keys")  # only until it has ended
    keys_at: Mapped[dt.datetime | None]
    returned_at: Mapped[dt.datetime | None]  # the browser that began is back
    lease_until: Mapped[dt.datetime | None]  # while somebody finishes it
    outcome: Mapped[str | None]  # domain/connection_attempts.py; null: under way
    trouble: Mapped[str | None]  # wp_bridge.errors.StoreTrouble, of a try that may be repeated
    store_id: Mapped[str | None] = mapped_column(ForeignKey("stores.id"))

    __table_args__ = (partial_index("ix_connects_open", "created_at", where=UNDER_WAY),)


class Connection(Base):
    """A store whose REST keys we hold: the facts read from it, and its schedule of checks."""

    __tablename__ = "bridges"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    rest_base: Mapped[str]  # the address before wp-json, with the scheme it was connected by
    keys_encrypted: Mapped[str] = encrypted_column("keys")
    connected_at: Mapped[dt.datetime]
    facts: Mapped[dict[str, Any] | None]  # domain/shop_facts.py; null: never read
    facts_at: Mapped[dt.datetime | None]
    token_at: Mapped[dt.datetime | None]  # when the plugin took the status token; null: it has yet to
    next_check_at: Mapped[dt.datetime] = mapped_column(index=True)
    lease_until: Mapped[dt.datetime | None]
    checked_at: Mapped[dt.datetime | None]  # the last check that came through
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None]  # wp_bridge.errors.StoreTrouble, of the last check
    companion_gone_at: Mapped[dt.datetime | None]  # the first check since which our plugin was not there
    # What staff asked for, until the worker has done it.
    check_requested_at: Mapped[dt.datetime | None] = mapped_column("look_asked_at", key="check_requested_at")
    rotation: Mapped[dict[str, Any] | None]  # of webhook secrets: services/connections/rotate.py

    __table_args__ = (
        partial_index("ix_bridges_asked", "store_id", where=IS_ASKED),
        partial_index("ix_bridges_trouble", "store_id", where=IS_IN_TROUBLE),
    )


class AddressClaim(Base):
    """A shop that claims to be a known store, or to be elsewhere than it is: held for staff, without keys.

    Whoever writes one holds its store's row.
    """

    __tablename__ = "address_claims"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))  # the known store that it is about
    address: Mapped[str]  # where the shop was opened, or the address that a signal named
    why: Mapped[str]  # domain/shop_identity.py
    uuid: Mapped[str | None]  # as reported, like home_url
    home_url: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[dt.datetime | None]  # when a signal signed with the store's secret named the address
    evidence: Mapped[dict[str, Any] | None]  # domain/shop_identity.py MoveEvidence; null: nobody looked
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)  # to the day

    __table_args__ = (UniqueConstraint("store_id", "address", name="uq_address_claims_store"),)
