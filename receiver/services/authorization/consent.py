"""An advertiser's consent, stored with the store's link to the ad account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.poll_reasons import PollReason
from receiver.storage import links, spend, tables
from receiver.storage.cipher import Cipher


def give_consent(
    session: Session,
    cipher: Cipher,
    now: datetime,
    store_id: str,
    advertiser_id: str,
    token: str,
    *,
    scopes: list[int] | None = None,
    linked_at: datetime | None = None,
) -> tables.Link:
    """Store a consent on the store's link to the account, which is opened where there is none.

    Replaces any other consent. The caller has locked the account, where it is known, and then the store.
    """
    links.end_other_links(session, store_id, advertiser_id, now)
    link = _open_link(session, store_id, advertiser_id, linked_at, now)
    link.token_encrypted, link.consent, link.consent_at = cipher.encrypt(token), True, now
    link.proven_at, link.last_figures, link.consent_lost = link.proven_at or now, None, None
    link.scopes, link.tiktok_user_hash = scopes, None  # only TikTok's own answer says who consented
    account = spend.account_for_polling(session, advertiser_id, now, PollReason.LINKED)
    account.failures, account.last_error, account.fault = 0, None, None
    return link


def _open_link(
    session: Session, store_id: str, advertiser_id: str, linked_at: datetime | None, now: datetime
) -> tables.Link:
    """Return the store's link to the account, opened where it was closed or missing."""
    link = links.link_between(session, store_id, advertiser_id)
    if link is None:
        link = tables.Link(store_id=store_id, advertiser_id=advertiser_id, linked_at=now, exact=False)
        session.add(link)
    link.ended_at = None
    if linked_at is not None:
        link.linked_at, link.claimed_at, link.exact, link.linked_news = linked_at, None, True, None
    return link
