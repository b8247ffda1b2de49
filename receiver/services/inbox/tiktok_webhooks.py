"""TikTok's own webhooks: whether a call carries its signature, and the delivery it then is."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

from receiver.domain.deliveries import identity
from receiver.integrations.tiktok.signature import verify_open, verify_timed
from receiver.services.inbox.verify import Headers, kept_headers
from receiver.storage.inbox import NewDelivery

SOURCE = "tiktok"


class WebhookScheme(StrEnum):
    """The address a call came to; it stands as the delivery's topic."""

    ACCOUNTS = "tiktok.accounts"  # /webhooks/tiktok: news about TikTok users
    ADS = "tiktok.ads"  # /webhooks/tiktok/ads: news about ad accounts


def verification_error(
    scheme: WebhookScheme, secret: str, headers: Headers, raw: bytes, now: datetime | None = None
) -> str | None:
    """Why a call is not shown to be TikTok's; None when it is. Without `now` its age is not looked at."""
    if scheme is WebhookScheme.ADS:
        return verify_open(secret, headers.get("x-open-signature"), raw)
    return verify_timed(secret, headers.get("tiktok-signature"), raw, now)


def build_delivery(scheme: WebhookScheme, headers: Headers, raw: bytes, at: datetime) -> NewDelivery:
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
