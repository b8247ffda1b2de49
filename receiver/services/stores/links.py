"""Links a store to an ad account, with the advertiser's token as proof of consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from receiver.domain.audit import AuditAction
from receiver.domain.calendar import YEARS
from receiver.errors import InputError, NotFound
from receiver.paging import Page, read_number
from receiver.services.authorization.consent import give_consent
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.records import record_of
from receiver.services.stores.records import LinkRecord
from receiver.services.validation import check_filters
from receiver.storage import audit, links, spend, stores
from receiver.storage.database import Database
from receiver.storage.figures import end_consent
from receiver.tiktok_ids import SHAPE, account_id


def add_link(
    context: ServiceContext,
    *,
    store_id: str,
    advertiser_id: str,
    token: str,
    linked_at: datetime | None = None,
    actor: str,
) -> LinkRecord:
    """Open a link, or add the consent to the link that the store claimed. Idempotent.

    `linked_at`: a date that staff have evidence for; by default the store's own claim, else the present.
    Raises NotFound and InputError.
    """
    now = context.now()
    advertiser_id = _validate(advertiser_id, token, linked_at, now)
    with context.database.writing() as session:
        spend.lock_accounts(session, [advertiser_id])
        stores.get_store(session, store_id, locked=True)
        link = give_consent(session, context.cipher, now, store_id, advertiser_id, token, linked_at=linked_at)
        audit.record(session, now, actor, AuditAction.LINKS_ADD, store_id, {"advertiser_id": advertiser_id})
        session.flush()
    decide_each(context, [store_id])
    return record_of(LinkRecord, link)


def remove_link(context: ServiceContext, *, store_id: str, actor: str) -> LinkRecord:
    """End the store's link, delete its token, and return the link. Raises NotFound."""
    now = context.now()
    with context.database.writing() as session:
        stores.get_store(session, store_id, locked=True)
        link = links.open_link(session, store_id)
        if link is None:
            raise NotFound(f"store {store_id} has no link that stands")
        link.ended_at = now
        end_consent(session, link, now, consent=None)
        detail = {"advertiser_id": link.advertiser_id}
        audit.record(session, now, actor, AuditAction.LINKS_REMOVE, store_id, detail)
    decide_each(context, [store_id])
    return record_of(LinkRecord, link)


def _validate(advertiser_id: str, token: str, linked_at: datetime | None, now: datetime) -> str:
    """Return the advertiser id, normalized, once all is valid. Raises InputError."""
    account = account_id(advertiser_id)
    if account is None:
        raise InputError(SHAPE, path="advertiser")
    if not token.strip() or not token.isprintable() or len(token) > 1000:
        raise InputError("must be the advertiser's access token", path="token")
    if linked_at is not None and linked_at.year not in YEARS:
        raise InputError("must be a time such as 2025-11-20T12:00:00Z", path="linked-at")
    if linked_at is not None and linked_at > now:
        raise InputError("lies in the future", path="linked-at")
    return account


def page_of_links(
    database: Database, store_id: str | None, *, after: str | None = None, limit: int
) -> Page[LinkRecord]:
    """Return a page of links, the newest first, ended ones included; `limit` 0 for all. Raises InputError."""
    check_filters({"store": store_id})
    with database.reading() as session:
        page = links.page_of_links(session, store_id, after=read_number(after), limit=limit)
    return page.show(lambda row: record_of(LinkRecord, row))


def link_row(link: LinkRecord) -> dict[str, Any]:
    """Return a link as the API and the command line show it, without its token."""
    return {
        "id": link.id,
        "store": link.store_id,
        "advertiser_id": link.advertiser_id,
        "linked_at": link.linked_at,
        "claimed_at": link.claimed_at,
        "exact": link.exact,
        "consent": link.consent,
        "scopes": link.scopes,
        "ended_at": link.ended_at,
    }
