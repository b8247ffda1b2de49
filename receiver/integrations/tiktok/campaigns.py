"""Which campaigns an ad account has: what was meant to run, while only spend proves that it ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from receiver.integrations.tiktok.calls import Get
from receiver.integrations.tiktok.envelope import Reply
from receiver.integrations.tiktok.pages import Row, read_pages
from receiver.integrations.tiktok.schemas import CampaignList

CAMPAIGNS = "campaign/get"
FIELDS = (
    "campaign_id",
    "campaign_name",
    "operation_status",
    "secondary_status",
    "create_time",
    "is_smart_performance_campaign",
    "objective_type",
)
PAGE_SIZE = 100
MOST_PAGES = 100


@dataclass(frozen=True)
class Campaign:
    """`switch` is what the advertiser set (ENABLE, DISABLE, DELETE, FROZEN), `state` what became of it.

    Both in TikTok's words. TopView, in-app Promote and GMV Max campaigns are not listed. `created_at` is UTC,
    as the portal says of the filter by it.
    """

    id: str
    name: str | None
    switch: str | None
    state: str | None
    created_at: datetime | None

    @property
    def is_on(self) -> bool:
        return self.switch == "ENABLE"


def campaigns(get: Get, advertiser_id: str, *, page_size: int = PAGE_SIZE) -> list[Campaign]:
    """Needs scope 200."""
    query = {"advertiser_id": advertiser_id, "fields": FIELDS}

    def ask(page: int) -> Reply:
        return get(CAMPAIGNS, {**query, "page": page, "page_size": page_size})

    rows, _ = read_pages(ask, CampaignList(), most=MOST_PAGES)
    return [_campaign(row) for row in rows]


def _campaign(row: Row) -> Campaign:
    created = row["create_time"]
    return Campaign(
        id=row["campaign_id"],
        name=row["campaign_name"],
        switch=row["operation_status"],
        state=row["secondary_status"],
        created_at=created.replace(tzinfo=UTC) if created else None,
    )
