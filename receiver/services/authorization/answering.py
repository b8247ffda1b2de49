"""The permissions of a new consent that its numbers do not name: what counts is whether the call answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from receiver.domain.consent import NEEDED, Permission, missing_permissions
from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.oauth import Consent
from receiver.integrations.tiktok.reports import ReportedDay


class ReadingApi(Protocol):
    """The calls that a poll cannot do without; each raises ProviderError."""

    def advertiser_info(self, token: str, advertiser_ids: Sequence[str]) -> list[AdvertiserInfo]:
        """Return what TikTok says about these ad accounts."""
        ...

    def daily_spend(self, token: str, advertiser_id: str, first: date, last: date) -> list[ReportedDay]:
        """Return an ad account's figures for each reported date from `first` to `last`."""
        ...


def answered_permissions(tiktok: ReadingApi, consent: Consent, now: datetime) -> tuple[Permission, ...]:
    """Return the needed permissions that the consent's numbers lack and whose calls TikTok answers.

    Raises ProviderError where TikTok neither answers nor refuses.
    """
    unnamed: Collection[Permission] = NEEDED.intersection(missing_permissions(consent.scopes))
    if not consent.advertiser_ids:
        return ()
    return tuple(permission for permission in sorted(unnamed) if _answers(tiktok, consent, permission, now))


def _answers(tiktok: ReadingApi, consent: Consent, permission: Permission, now: datetime) -> bool:
    """Return whether TikTok answers the call that a permission is for. Raises ProviderError."""
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
