"""Revokes an advertiser's token at TikTok, so that nobody can read with it any more."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent
from receiver.domain.facts import ConsentLoss
from receiver.domain.poll_reasons import PollReason
from receiver.errors import Advice, NotFound, ProviderError, Refused
from receiver.services.authorization.withdraw import withdraw_consent
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each, decide_locked
from receiver.services.evaluation.evaluate import evaluate
from receiver.services.records import record_of
from receiver.services.stores.records import LinkRecord
from receiver.services.stores.store_change import StoreChange
from receiver.services.validation import require_text
from receiver.storage import links, spend, stores
from receiver.storage.tables import Link


class RevocationApi(Protocol):
    """The calls to TikTok that a revocation needs."""

    def revoke_token(self, token: str) -> list[str]:
        """Revoke a token and return the ad accounts it gave access to."""
        ...


def revoke_consent(
    context: ServiceContext,
    store_id: str,
    *,
    reason: str,
    actor: str,
    with_others: bool = False,
) -> list[LinkRecord]:
    """Revoke the token of a store's link; return the links it served, which have no consent from then on.

    One TikTok user may have consented for several stores with one token: all of them lose it, which needs
    `with_others`. Raises InputError, NotFound, Refused, and ProviderError where TikTok did not revoke the
    token: then nothing has changed.
    """
    reason = require_text(reason, "reason")
    now = context.now()
    token, served_links = _served_links(context, store_id)
    others = [link.store_id for link in served_links if link.store_id != store_id]
    if others and not with_others:
        raise Refused(
            f"the same consent serves {', '.join(others)} too; --with-others takes it from them as well"
        )
    account_ids = _revoke(context.tiktok, token)
    with context.database.writing() as session:
        _withdraw(session, served_links, now, reason, actor)
        _request_polls(session, now, account_ids)
        ended_links = [session.get_one(Link, link.id) for link in served_links]
    decide_each(context, [link.store_id for link in ended_links])
    return [record_of(LinkRecord, link) for link in ended_links]


def preview_revocation(context: ServiceContext, store_id: str) -> list[StoreChange]:
    """Return the changes that a revocation would bring to each store it concerns, without asking TikTok.

    It runs in a transaction that is rolled back. Raises NotFound and Refused.
    """
    now, (_, served_links) = context.now(), _served_links(context, store_id)
    with context.database.rolled_back() as rehearsal, rehearsal.writing() as session:
        ids = list(dict.fromkeys([store_id, *(link.store_id for link in served_links)]))
        stores.lock_stores(session, ids)
        stores_by_id = {id_: stores.get_store(session, id_) for id_ in ids}
        before = {id_: evaluate(session, store, now) for id_, store in stores_by_id.items()}
        _withdraw(session, served_links, now, "a preview", Agent.SERVICE)
        after = decide_locked(session, now, ids)
        return [StoreChange(id_, stores_by_id[id_].name, before[id_], after[id_]) for id_ in ids]


def _withdraw(session: Session, served_links: list[Link], now: datetime, reason: str, actor: str) -> None:
    for link in served_links:
        withdraw_consent(
            session,
            link.advertiser_id,
            now,
            reason,
            cause=ConsentLoss.RETURNED,
            token_encrypted=link.token_encrypted,
            actor=actor,
        )


def _served_links(context: ServiceContext, store_id: str) -> tuple[str, list[Link]]:
    """Return a store's token and all links with the same token, whichever key encrypts it.

    Raises NotFound and Refused.
    """
    cipher = context.cipher
    with context.database.reading() as session:
        stores.get_store(session, store_id)
        link = links.open_link(session, store_id)
        if link is None:
            raise NotFound(f"store {store_id} has no link that stands")
        if link.token_encrypted is None:
            raise Refused(f"store {store_id} has no consent that could be given back")
        token = cipher.decrypt(link.token_encrypted)
        encrypted = links.links_with_token(session)
        return token, [
            item
            for item in encrypted
            if item.token_encrypted and cipher.decrypt(item.token_encrypted) == token
        ]


def _revoke(tiktok: RevocationApi, token: str) -> list[str]:
    """Revoke the token and return the ad accounts that lost access; an unknown token is already revoked."""
    try:
        return tiktok.revoke_token(token)
    except ProviderError as error:
        if error.advice is not Advice.REAUTHORISE:
            raise
        return []


def _request_polls(session: Session, now: datetime, advertiser_ids: list[str]) -> None:
    """Schedule a poll of these accounts: only a call shows whether their other consents are revoked too."""
    for advertiser_id in advertiser_ids:
        if spend.link_to_read(session, advertiser_id) is not None:
            spend.account_for_polling(session, advertiser_id, now, PollReason.CONSENT_RETURNED)
