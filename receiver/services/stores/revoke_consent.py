"""Gives an advertiser's token back to TikTok, so that nobody can read with it any more."""

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
    """The calls to TikTok that giving a consent back needs."""

    def revoke_token(self, token: str) -> list[str]: ...


def revoke_consent(
    context: ServiceContext,
    store_id: str,
    *,
    reason: str,
    actor: str,
    with_others: bool = False,
) -> list[LinkRecord]:
    """Give the token of a store's link back; the links it served, which stand without consent from then on.

    One TikTok user may have consented for several stores with one token: they all lose it, which
    `with_others` says is meant. Raises InputError, NotFound, Refused, and ProviderError where TikTok did
    not take the token back: then nothing has changed.
    """
    reason = require_text(reason, "reason")
    now = context.now()
    token, served = _served(context, store_id)
    others = [link.store_id for link in served if link.store_id != store_id]
    if others and not with_others:
        raise Refused(
            f"the same consent serves {', '.join(others)} too; --with-others takes it from them as well"
        )
    lost = _give_back(context.tiktok, token)
    with context.database.writing() as session:
        _withdraw(session, served, now, reason, actor)
        _look_again(session, now, lost)
        given_back = [session.get_one(Link, link.id) for link in served]
    decide_each(context.database, now, [link.store_id for link in given_back])
    return [record_of(LinkRecord, link) for link in given_back]


def preview_revocation(context: ServiceContext, store_id: str) -> list[StoreChange]:
    """Return what giving the consent back would change for each store it serves, without asking TikTok.

    It is tried in a transaction that is rolled back. Raises NotFound and Refused.
    """
    now, (_, served) = context.now(), _served(context, store_id)
    with context.database.rolled_back() as rehearsal, rehearsal.writing() as session:
        ids = list(dict.fromkeys([store_id, *(link.store_id for link in served)]))
        stores.lock_stores(session, ids)
        held = {id_: stores.get_store(session, id_) for id_ in ids}
        before = {id_: evaluate(session, store, now) for id_, store in held.items()}
        _withdraw(session, served, now, "a preview", Agent.SERVICE)
        after = decide_locked(session, now, ids)
        return [StoreChange(id_, held[id_].name, before[id_], after[id_]) for id_ in ids]


def _withdraw(session: Session, served: list[Link], now: datetime, reason: str, actor: str) -> None:
    for link in served:
        withdraw_consent(
            session,
            link.advertiser_id,
            now,
            reason,
            cause=ConsentLoss.RETURNED,
            token_encrypted=link.token_encrypted,
            actor=actor,
        )


def _served(context: ServiceContext, store_id: str) -> tuple[str, list[Link]]:
    """Return the token, and every link that is read with it, regardless of the key that encrypts it."""
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


def _give_back(tiktok: RevocationApi, token: str) -> list[str]:
    """Revoke the token and return the ad accounts that lost access; an unknown token is already revoked."""
    try:
        return tiktok.revoke_token(token)
    except ProviderError as error:
        if error.advice is not Advice.REAUTHORISE:
            raise
        return []


def _look_again(session: Session, now: datetime, advertiser_ids: list[str]) -> None:
    """Poll these accounts: their other consents may be revoked too, and only a call tells."""
    for advertiser_id in advertiser_ids:
        if spend.link_to_read(session, advertiser_id) is not None:
            spend.account_for_polling(session, advertiser_id, now, PollReason.CONSENT_RETURNED)
