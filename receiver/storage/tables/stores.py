"""Stores, and the data about each besides its deliveries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from receiver.domain.platforms import ShopPlatform
from receiver.domain.shops import host_of
from receiver.storage.tables.base import Base, encrypted_column, partial_index
from receiver.storage.types import EnumText

IS_COMING = text("stage IN ('accumulating', 'settling', 'held')")  # domain/likely_credit.py
IS_WAITING = text("admitted_at IS NULL AND disconnected_at IS NULL")
HAS_LEFT = text("disconnected_at IS NOT NULL")
IS_ASKED_ABOUT = text("alike_since IS NOT NULL")
IS_RESERVED = text("admitted_at IS NOT NULL AND reserved_until IS NOT NULL")
HAS_PLACE = text("admitted_at IS NOT NULL")
IS_DUE = text("due_at IS NOT NULL")
IS_OVER = text("(shortened > 0 OR merged > 0 OR passed_over > 0)")  # a bound of domain/limits.py


class Store(Base):
    """A WooCommerce store, and the state that its signals reported."""

    __tablename__ = "stores"

    id: Mapped[str] = mapped_column(primary_key=True)  # st_…, 128 random bits: it stands in webhook addresses
    url: Mapped[str] = mapped_column(unique=True)  # the store's home, with a closing slash
    host: Mapped[str | None] = mapped_column(index=True)  # of the url; it follows
    # WooCommerce's id of the installation that was opened at `url`; it stays when the keys are forgotten.
    shop_uuid: Mapped[str | None]
    name: Mapped[str]
    country: Mapped[str | None]
    currency: Mapped[str | None]
    merchant: Mapped[str] = mapped_column(index=True)
    platform: Mapped[ShopPlatform] = mapped_column(
        EnumText(ShopPlatform), server_default=ShopPlatform.WOOCOMMERCE
    )
    programme: Mapped[str]  # the programme it enrolled in; changing PROGRAMME moves nobody
    joined_at: Mapped[dt.datetime]
    admitted_at: Mapped[dt.datetime | None]
    reserved_until: Mapped[dt.datetime | None]  # domain/places.py; null: the place is its own, if it has one
    created_at: Mapped[dt.datetime]
    disconnected_at: Mapped[dt.datetime | None]
    status_token_hash: Mapped[str | None] = mapped_column(unique=True)
    # From signals; `…_news` is the order key of the newest news of that group (domain/signals.py).
    installed_at: Mapped[dt.datetime | None]
    set_up_at: Mapped[dt.datetime | None]
    removed_at: Mapped[dt.datetime | None]
    integration_news: Mapped[list[Any] | None]
    account_news: Mapped[list[Any] | None]
    # The order key of the signal that dated the installation or set-up; null: staff did, or nothing has yet.
    installed_news: Mapped[list[Any] | None]
    set_up_news: Mapped[list[Any] | None]
    set_up_claimed_at: Mapped[dt.datetime | None]  # what that signal asserted, where it was bounded
    clock_skew: Mapped[int | None] = mapped_column(
        BigInteger
    )  # seconds its clock is ahead; null: not measured
    clock_read_at: Mapped[dt.datetime | None]
    clock_measured_at: Mapped[dt.datetime | None]  # last without delay: when the store answered us
    # The order key from which an install counts anew, after its store was restored from a backup.
    sequence_from: Mapped[list[Any] | None]
    sequence_fell_at: Mapped[dt.datetime | None]  # its numbers fell back, and its state was not read since
    sequence_fall: Mapped[dict[str, Any] | None]  # the run of such numbers (domain/signals.py)
    moved_at: Mapped[dt.datetime | None]  # when it was last given another address
    moved_from: Mapped[str | None] = mapped_column(Text)  # the address before that
    # When we gave up keys that nobody removed at the shop; null: there are none, or it connected since.
    keys_left_at: Mapped[dt.datetime | None]
    continues: Mapped[str | None]  # the id of an earlier record of the same shop
    # The latest decision, so that lists need not decide anew.
    stage: Mapped[str | None]
    verdict: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    # The credit its spend has reached so far; null: unknown, or not on its way (domain/likely_credit.py).
    coming_currency: Mapped[str | None]
    coming_credit: Mapped[Decimal | None]
    progress: Mapped[dict[str, Any] | None]  # documents/status.py: what lists show of its spend
    # domain/discrepancies.py; null: none
    discrepancies: Mapped[list[Any] | None] = mapped_column("doubts", key="discrepancies")
    refreshed_at: Mapped[dt.datetime | None]  # when its merchant last requested a check
    alike_since: Mapped[dt.datetime | None]  # its award waits for staff's answer (storage/likeness.py)
    facts_read_at: Mapped[dt.datetime | None]  # when country and currency were read by REST; null: staff said

    __table_args__ = (
        Index("uq_stores_shop_uuid", "shop_uuid", unique=True),
        # A page of stores, for each way to ask for one.
        Index("ix_stores_created", "created_at", "id"),
        Index("ix_stores_stage", "stage", "created_at", "id"),
        Index("ix_stores_country", "country", "created_at", "id"),
        partial_index("ix_stores_in_line", "joined_at", "id", where=IS_WAITING),
        partial_index("ix_stores_reserved", "programme", "id", where=IS_RESERVED),
        partial_index("ix_stores_alike", "id", where=IS_ASKED_ABOUT),
        partial_index("ix_stores_left", "id", where=HAS_LEFT),
        # What the programme's page counts.
        Index("ix_stores_programme", "programme", "stage"),
        partial_index(
            "ix_stores_coming", *("programme", "stage", "coming_currency", "coming_credit"), where=IS_COMING
        ),
        partial_index("ix_stores_waiting", "programme", "id", where=IS_WAITING),
        partial_index("ix_stores_admitted", "programme", "merchant", where=HAS_PLACE),
    )

    @validates("url")
    def _keep_host(self, _name: str, url: str) -> str:
        self.host = host_of(url)
        return url


class StoreTroubleRow(Base):
    """A trouble of a store as of its last decision (domain/troubles.py), and since when it was noticed."""

    __tablename__ = "store_troubles"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str]  # must act
    since: Mapped[dt.datetime]

    __table_args__ = (
        Index("ix_store_troubles_id", "id", "who", "store_id"),
        Index("ix_store_troubles_who", "who", "store_id"),
    )


class StoreNotice(Base):
    """A notice of a store (domain/notices.py): true as of its last decision, or sent before."""

    __tablename__ = "store_notices"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    noticed_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]  # by e-mail; null: not yet, or not asked for


class NoticeAddress(Base):
    """The e-mail address for a store's notices; without an address once its merchant wants none."""

    __tablename__ = "notice_addresses"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    email_encrypted: Mapped[str | None] = encrypted_column("email")
    email_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # keyed, as that of a code is
    language: Mapped[str]  # of the merchant who asked, as HTTP writes it
    asked_at: Mapped[dt.datetime]
    asked: Mapped[int]  # how often in the day since then
    confirmed_at: Mapped[dt.datetime | None]  # null: its owner has not said yes
    due_at: Mapped[dt.datetime | None]  # when the worker looks next; null: nothing to send
    failures: Mapped[int]  # in a row, of sending

    __table_args__ = (partial_index("ix_notice_addresses_due", "due_at", "store_id", where=IS_DUE),)


class MerchantAnswer(Base):
    """Staff's answer that two stores belong to different merchants; asked once a pair."""

    __tablename__ = "merchant_answers"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)  # the lesser id
    other_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True, index=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    at: Mapped[dt.datetime]


class StoreMark(Base):
    """A mark of a shop within a programme, hashed: it outlives the store's erasure."""

    __tablename__ = "store_marks"

    programme: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # storage/store_marks.py
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)  # who bore it last


class StoreDay(Base):
    """A store's deliveries on a day, and those over its bounds (domain/limits.py)."""

    __tablename__ = "store_days"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)  # in UTC
    deliveries: Mapped[int] = mapped_column(BigInteger, default=0)  # that have a row
    body_bytes: Mapped[int] = mapped_column(BigInteger, default=0)  # kept of their bodies
    signals: Mapped[int] = mapped_column(BigInteger, default=0)  # applied
    shortened: Mapped[int] = mapped_column(BigInteger, default=0)  # deliveries kept without their bodies
    merged: Mapped[int] = mapped_column(BigInteger, default=0)  # deliveries counted on another's row
    passed_over: Mapped[int] = mapped_column(BigInteger, default=0)  # signals kept, but not applied

    __table_args__ = (
        Index("ix_store_days_day", "day", "store_id"),
        partial_index("ix_store_days_over", "day", "store_id", where=IS_OVER),
    )
