"""The end of a consent: its token is forgotten, its account no longer read, and the merchant is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.facts import ConsentLoss
from receiver.domain.poll_reasons import PollReason
from receiver.storage import audit, links, spend
from receiver.storage.figures import end_consent
from receiver.storage.tables import Account


def withdraw_consent(
    session: Session,
    advertiser_id: str,
    now: datetime,
    why: str,
    *,
    cause: ConsentLoss = ConsentLoss.WITHDRAWN,
    token_encrypted: str | None = None,
    actor: str = Agent.TIKTOK,
) -> list[str]:
    """Forget the consents for an ad account, or the one stored as `token_encrypted`.

    Returns the stores to decide anew. A consent given again meanwhile, or to another store, stands, and the
    account is read with it. `cause` is shown to the merchant, `why` is kept for staff.
    """
    for link in links.consented_links(session, advertiser_id):
        if token_encrypted in (None, link.token_encrypted):
            end_consent(session, link, now, consent=False)
            link.consent_lost = cause
            what = {"advertiser_id": advertiser_id, "why": why}
            audit.record(session, now, actor, AuditAction.TIKTOK_CONSENT_WITHDRAWN, link.store_id, what)
    account = spend.account(session, advertiser_id)
    if account is not None:
        _plan(session, account, now)
    return spend.stores_to_decide(session, advertiser_id)


def _plan(session: Session, account: Account, now: datetime) -> None:
    """Plan the account's next poll: now with another consent, never without one."""
    if spend.link_to_read(session, account.advertiser_id) is None:
        account.next_poll_at, account.poll_reason = None, PollReason.NO_CONSENT
    else:
        account.next_poll_at, account.poll_reason = now, PollReason.OTHER_CONSENT
