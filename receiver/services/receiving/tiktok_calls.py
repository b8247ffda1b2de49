"""TikTok's own webhooks: whether a call carries its signature, and the delivery it then is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

from receiver.domain.deliveries import identity
from receiver.integrations.tiktok.signature import open_problem, timed_problem
from receiver.services.receiving.verify import Headers, kept_headers
from receiver.storage.inbox_rows import NewDelivery

SOURCE = "tiktok"


class Scheme(StrEnum):
    """The address a call came to; it stands as the delivery's topic."""

    ACCOUNTS = "tiktok.accounts"  # /webhooks/tiktok: news about TikTok users
    ADS = "tiktok.ads"  # /webhooks/tiktok/ads: news about ad accounts


def problem_of(
    scheme: Scheme, secret: str, headers: Headers, raw: bytes, now: datetime | None = None
) -> str | None:
    """Why a call is not shown to be TikTok's; None when it is. Without `now` its age is not looked at."""
    if scheme is Scheme.ADS:
        return open_problem(secret, headers.get("x-open-signature"), raw)
    return timed_problem(secret, headers.get("tiktok-signature"), raw, now)


def delivery_of(scheme: Scheme, headers: Headers, raw: bytes, at: datetime) -> NewDelivery:
    """TikTok sends again for days: the same body by the same scheme is the same delivery."""
    body_sha256 = hashlib.sha256(raw).hexdigest()
    return NewDelivery(
        identity=identity(SOURCE, scheme, body_sha256),
        source=SOURCE,
        store_id=None,
        hook_id=None,
        topic=scheme,
        webhook_id=None,
        delivery_id=None,
        headers=kept_headers(headers),
        body=raw,
        body_sha256=body_sha256,
        received_at=at,
    )
