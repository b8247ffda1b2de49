"""Stores and links as services return them, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from receiver.domain.platforms import ShopPlatform


@dataclass(frozen=True)
class StoreRecord:
    """A store with its latest decision's stage and verdict."""

    id: str
    url: str
    name: str
    country: str | None
    currency: str | None
    merchant: str
    platform: ShopPlatform
    programme: str
    joined_at: datetime
    admitted_at: datetime | None
    reserved_until: datetime | None
    created_at: datetime
    disconnected_at: datetime | None
    installed_at: datetime | None
    set_up_at: datetime | None
    removed_at: datetime | None
    clock_skew: int | None  # seconds its clock is ahead
    stage: str | None
    verdict: str | None
    decided_at: datetime | None
    discrepancies: list[Any] | None  # domain/discrepancies.py


@dataclass(frozen=True)
class LinkRecord:
    """A store's link to an ad account, with its advertiser's consent."""

    id: int
    store_id: str
    advertiser_id: str
    linked_at: datetime | None
    claimed_at: datetime | None
    exact: bool | None
    consent: bool | None
    scopes: list[Any] | None
    ended_at: datetime | None
