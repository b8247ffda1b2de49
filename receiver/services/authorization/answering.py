"""Asks TikTok for what the numbers of a new consent do not name: what counts is whether the call answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from receiver.domain.consent import NEEDED, Permission, missing
from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.oauth import Consent
from receiver.integrations.tiktok.reports import ReportedDay


class ReadingApi(Protocol):
    """The calls that a poll cannot do without; each raises ProviderError."""

    def advertiser_info(self, token: str, advertiser_ids: Sequence[str]) -> list[AdvertiserInfo]: ...

    def daily_spend(self, token: str, advertiser_id: str, first: date, last: date) -> list[ReportedDay]: ...


def answered_permissions(tiktok: ReadingApi, consent: Consent, now: datetime) -> tuple[Permission, ...]:
    """Return the needed permissions that no number of the consent gives and whose calls TikTok answers.

    Raises ProviderError where TikTok neither answers nor refuses.
    """
    unnamed: Collection[Permission] = NEEDED.intersection(missing(consent.scopes))
    if not consent.advertiser_ids:
        return ()
    return tuple(item for item in sorted(unnamed) if _answers(tiktok, consent, item, now))


def _answers(tiktok: ReadingApi, consent: Consent, permission: Permission, now: datetime) -> bool:
    token, advertiser_id = consent.access_token, consent.advertiser_ids[0]
    try:
        if permission is Permission.ACCOUNT:
            tiktok.advertiser_info(token, [advertiser_id])
        else:
            yesterday = now.date() - timedelta(days=1)
            tiktok.daily_spend(token, advertiser_id, yesterday, yesterday)
    except ProviderError as error:
        if error.advice is Advice.GIVE_UP:
            return False
        raise
    return True
