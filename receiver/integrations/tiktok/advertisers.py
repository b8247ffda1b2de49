"""Ad accounts, read from TikTok."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.calls import Get
from receiver.integrations.tiktok.schemas import AdvertiserList, load

BATCH = 100  # ids a call, by experience; TikTok answers too many with 40011
# The fields that the recorded call requests; those we do not read (balance and the like) are dropped.
FIELDS = (
    "advertiser_id",
    "name",
    "status",
    "country",
    "currency",
    "timezone",
    "display_timezone",
    "create_time",
    "balance",
    "owner_bc_id",
    "rejection_reason",
    "advertiser_account_type",
)


@dataclass(frozen=True)
class AdvertiserInfo:
    """An ad account as `/advertiser/info/` shows it; None: TikTok did not say.

    `status` is TikTok's word (STATUS_ENABLE, …), `country` two letters, `currency` three. `timezone`
    is a zone this machine knows: `display_timezone` where usable, else `timezone`. `created_at` is
    `create_time`, aware and UTC. `owner_bc_id` is known only to members of that Business Center.
    `rejection_reason` is TikTok's own text; `account_type` is AUCTION or RESERVATION.
    """

    advertiser_id: str
    name: str | None
    status: str | None
    country: str | None
    currency: str | None
    timezone: str | None
    created_at: datetime | None
    owner_bc_id: str | None
    rejection_reason: str | None = None
    account_type: str | None = None


def advertiser_info(get: Get, advertiser_ids: Sequence[str]) -> list[AdvertiserInfo]:
    """Return the requested accounts in the order of the replies; one that TikTok omits is left out.

    A batch that is too large for TikTok is halved and tried again.
    """
    accounts, remaining, size = [], list(dict.fromkeys(advertiser_ids)), BATCH
    while remaining:
        batch = remaining[:size]
        try:
            reply = get("advertiser/info", {"advertiser_ids": batch, "fields": FIELDS})
        except ProviderError as error:
            if error.advice is not Advice.NARROW or len(batch) == 1:
                raise
            size = len(batch) // 2
            continue
        rows = load(AdvertiserList(), reply)["list"]
        accounts += [_info(row) for row in rows if row["advertiser_id"] in batch]
        remaining = remaining[size:]
    return accounts


def _info(row: Mapping[str, Any]) -> AdvertiserInfo:
    return AdvertiserInfo(
        advertiser_id=row["advertiser_id"],
        name=row["name"],
        status=row["status"],
        country=row["country"],
        currency=row["currency"],
        timezone=_usable(row["display_timezone"]) or _usable(row["timezone"]),
        created_at=row["create_time"],
        owner_bc_id=row["owner_bc_id"],
        rejection_reason=row["rejection_reason"],
        account_type=row["advertiser_account_type"],
    )


def _usable(zone: str | None) -> str | None:
    try:
        return ZoneInfo(zone).key if zone else None
    except (KeyError, ValueError, OSError):  # not known; no name of a zone; a folder of zones
        return None
