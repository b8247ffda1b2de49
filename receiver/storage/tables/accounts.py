"""Ad accounts, their figures, and the notices TikTok sends about them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import Date, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from receiver.domain.likeness import name_key
from receiver.storage.tables.base import Base, Serial


class Account(Base):
    """An ad account as TikTok last described it, and when to ask again."""

    __tablename__ = "accounts"

    advertiser_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    name_key: Mapped[str | None] = mapped_column(index=True)  # domain/likeness.py; it follows the name
    status: Mapped[str | None]
    country: Mapped[str | None]
    currency: Mapped[str | None]
    timezone: Mapped[str | None]
    business_center: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[dt.datetime | None]
    read_at: Mapped[dt.datetime | None]
    spend_read_at: Mapped[dt.datetime | None]
    ad_credit: Mapped[Decimal | None]  # its balance of credit, in its currency; null: unknown
    ad_credit_read_at: Mapped[dt.datetime | None]
    bills_readable: Mapped[bool | None]  # null: never asked; false: TikTok lets us not, or there is no ledger
    bills_read_at: Mapped[dt.datetime | None]  # when that was answered
    bills_from: Mapped[dt.date | None] = mapped_column(Date)  # the payments since then are known
    next_poll_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    poll_reason: Mapped[str | None]  # domain/poll_reasons.py
    poll_urgent: Mapped[bool] = mapped_column(default=False)  # stays so while polls fail or are put back
    # When a notice from TikTok last brought the next poll forward.
    poll_requested_at: Mapped[dt.datetime | None] = mapped_column("hinted_at", key="poll_requested_at")
    requested_by: Mapped[str | None] = mapped_column(String(64))  # the id of the request that did
    subscribe_at: Mapped[dt.datetime | None]  # when to ask for notices again, after a refusal
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    fault: Mapped[str | None]  # domain/troubles.py: what the last poll met; null: nothing

    @validates("name")
    def _keep_name_key(self, _name: str, name: str | None) -> str | None:
        self.name_key = name_key(name)
        return name


class PollRow(Base):
    """One poll of an ad account, and the fault it met; null: none."""

    __tablename__ = "polls"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    advertiser_id: Mapped[str]
    at: Mapped[dt.datetime]
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_polls_at", "at", "id"),
        Index("ix_polls_advertiser_id", "advertiser_id", "at", "id"),
    )


class Subscription(Base):
    """Our subscription to one kind of changes of an ad account."""

    __tablename__ = "subscriptions"

    advertiser_id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)  # TikTok's word for the kind
    subscription_id: Mapped[str] = mapped_column(unique=True)  # TikTok's


class SpendDay(Base):
    """One account's figures for one date in its own zone, overwritten when TikTok restates them."""

    __tablename__ = "spend_days"

    advertiser_id: Mapped[str] = mapped_column(primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    spend: Mapped[Decimal | None]
    billed_cost: Mapped[Decimal | None]
    cash_spend: Mapped[Decimal | None]
    voucher_spend: Mapped[Decimal | None]
    read_at: Mapped[dt.datetime]


class PaymentRow(Base):
    """A row of an account's ledger: a bill, a refund, credit given; overwritten when read again."""

    __tablename__ = "payments"

    advertiser_id: Mapped[str] = mapped_column(primary_key=True)
    transaction_id: Mapped[str] = mapped_column(
        primary_key=True
    )  # TikTok's; it distinguishes similar payments
    type: Mapped[str | None]  # TikTok's words
    billing: Mapped[str | None]
    subtotal: Mapped[Decimal | None]
    tax: Mapped[Decimal | None]
    currency: Mapped[str | None]
    at: Mapped[dt.datetime | None]
    read_at: Mapped[dt.datetime]
