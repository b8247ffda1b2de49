"""Links to ad accounts, and flows of consent that prove them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.storage.tables.base import Base, Serial, encrypted_column, partial_index
from receiver.storage.types import PackedJson

STANDS = text("ended_at IS NULL")
IS_WITHDRAWN = text("NOT consent AND ended_at IS NULL")


class Link(Base):
    """A store's ad account: what the store claims, and the advertiser's consent that proves it."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    advertiser_id: Mapped[str] = mapped_column(index=True)
    linked_at: Mapped[dt.datetime | None]
    claimed_at: Mapped[dt.datetime | None]  # what a signal asserted, where it was bounded (domain/claims.py)
    exact: Mapped[bool | None]  # null: unknown
    linked_news: Mapped[list[Any] | None]  # order key of the signal that named linked_at; null: not a signal
    ended_at: Mapped[dt.datetime | None]  # lost, switched or removed
    token_encrypted: Mapped[str | None] = encrypted_column("token")
    consent: Mapped[bool | None]  # null: not asked yet; false: withdrawn
    consent_at: Mapped[dt.datetime | None]
    consent_lost: Mapped[
        str | None
    ]  # domain/facts.py: why; null: it stands, was never given, or is not known
    proven_at: Mapped[dt.datetime | None]  # when the advertiser first consented; it outlives the consent
    # The account's figures as they were when the consent ended: later ones are read by others' consents.
    last_figures: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)
    tiktok_user_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # who gave the consent
    scopes: Mapped[list[Any] | None]  # TikTok's numbers of what it allows; null: not known
    prior_spend: Mapped[Decimal | None]  # gross spend of the programme's days before the link date
    prior_spend_before: Mapped[dt.date | None] = mapped_column(Date)  # the link date it was read for
    prior_spend_at: Mapped[dt.datetime | None]

    __table_args__ = (
        UniqueConstraint("store_id", "advertiser_id"),
        partial_index("ix_links_standing", "store_id", where=STANDS),
        partial_index("ix_links_withdrawn", "store_id", where=IS_WITHDRAWN),
    )


class ConsentFlow(Base):
    """A browser's way from a store's ticket through TikTok's consent and back."""

    __tablename__ = "consent_flows"

    id: Mapped[str] = mapped_column(primary_key=True)  # cf_…, told to its browser alone
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    ticket_hash: Mapped[str] = mapped_column(String(64), unique=True)
    return_url: Mapped[str | None] = mapped_column(Text)  # a page of the store to lead back to
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    expires_at: Mapped[dt.datetime]  # of the next step; each step moves it
    browser_hash: Mapped[str | None] = mapped_column(String(64))  # null: nobody has opened the ticket
    state_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # null: nobody is at TikTok
    outcome: Mapped[str | None]  # domain/consent.py; null: under way
    found: Mapped[dict[str, Any] | None]  # what the consent covers: accounts, scopes
    token_encrypted: Mapped[str | None] = encrypted_column("token")  # only while its account is being chosen
