"""Takes one store's delivery in: reads the signal and lets it change the store and its link, once.

Whatever the order of arrival, what signals of one install leave behind is the same: "first seen" only ever
moves earlier, how things stand follows the newest news alone, and late news adds what it knows of the past.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.deliveries import State
from receiver.domain.shops import same_shop
from receiver.domain.signals import (
    AccountLinked,
    AccountSwitched,
    AdAccount,
    Integration,
    IntegrationInstalled,
    IntegrationRemoved,
    IntegrationSetUp,
    Linked,
    LinkLost,
    News,
    StateReported,
    Told,
    about_integration,
    about_link,
    is_newer,
)
from receiver.errors import InputError
from receiver.integrations.woocommerce.events import SETTINGS_SAVED, SIGNAL, read_event
from receiver.storage import links, signals, stores
from receiver.storage.signals import news_as_list, news_from_list
from receiver.storage.tables import Delivery, Link, Store
from wp_bridge.errors import BadSignal
from wp_bridge.signals import read_signal

NOT_USED: dict[str | None, str] = {
    SETTINGS_SAVED: "the store's facts are read by REST once it is connected",
    None: "no topic was named",
}


@dataclass(frozen=True)
class Ending:
    """How a try went, and the stores to decide anew."""

    state: State
    error: str | None = None
    stores: tuple[str, ...] = ()


def take_in(session: Session, delivery: Delivery) -> Ending:
    """Raises InputError with the path where the delivery can never be read."""
    if delivery.topic != SIGNAL:
        return Ending(State.IGNORED, NOT_USED.get(delivery.topic, "this topic is not used"))
    signal = _read(delivery)
    assert delivery.store_id is not None
    store = stores.known_store(session, delivery.store_id, locked=True)
    if not same_shop(signal["home_url"], store.url):
        return Ending(State.DEAD, f"held: the signal is of {signal['home_url']}, the store is {store.url}")
    # A clock that runs ahead must not make its news the newest for ever.
    news = News(signal["install_id"], signal["seq"], min(signal["at"], delivery.received_at))
    if signals.is_taken_in(session, store.id, news):
        return Ending(State.PROCESSED)
    _apply(session, store, _told(signal), news)
    store.decided_at = None  # to be decided anew, also when the worker dies before it has
    signals.note_taken_in(session, store.id, news, signal["event"], delivery.id)
    return Ending(State.PROCESSED, stores=(store.id,))


def _read(delivery: Delivery) -> dict[str, Any]:
    if delivery.body is None:
        raise InputError("was dropped", path="body")
    try:
        return read_signal(read_event(SIGNAL, delivery.body))
    except BadSignal as error:
        raise InputError(error.message, path=f"arg.{error.path}".rstrip(".")) from error


def _told(signal: dict[str, Any]) -> Told:
    match signal["event"]:
        case "integration_installed":
            return IntegrationInstalled()
        case "integration_set_up":
            return IntegrationSetUp()
        case "integration_removed":
            return IntegrationRemoved()
        case "account_linked":
            return AccountLinked(_account(signal))
        case "account_switched":
            return AccountSwitched(_account(signal))
        case "link_lost":
            return LinkLost()
        case _:
            return _state(signal["integration"] or {}, signal["account"])


def _state(integration: dict[str, Any], account: dict[str, Any] | None) -> StateReported:
    linked = None if account is None else _account(account)
    return StateReported(integration.get("installed"), integration.get("set_up"), linked)


def _account(fields: dict[str, Any]) -> AdAccount:
    return AdAccount(fields["advertiser_id"], fields["exact"])


def _apply(session: Session, store: Store, told: Told, news: News) -> None:
    integration, linked = about_integration(told), about_link(told)
    if integration is not None:
        _note_integration(store, integration, news)
    if linked is not None:
        _note_link(session, store, linked, news)


def _note_integration(store: Store, integration: Integration, news: News) -> None:
    if integration.there:
        store.installed_at = _earlier(store.installed_at, news.at)
    if integration.set_up:
        store.set_up_at = _earlier(store.set_up_at, news.at)
    if is_newer(news, news_from_list(store.integration_news)):
        store.removed_at = None if integration.there else news.at
        store.integration_news = news_as_list(news)


def _note_link(session: Session, store: Store, linked: Linked, news: News) -> None:
    last = news_from_list(store.account_news)
    newest = is_newer(news, last)
    if linked.account is not None:
        # Late news of a link that is not known yet: by the newest news it has ended.
        link = _known_link(session, store.id, linked.account, news, ended_at=last.at if last else None)
        link.ended_at = None if newest else link.ended_at
    if newest:
        stands = linked.account.advertiser_id if linked.account else ""
        links.end_other_links(session, store.id, stands, news.at)
        store.account_news = news_as_list(news)


def _known_link(
    session: Session, store_id: str, account: AdAccount, news: News, *, ended_at: datetime | None
) -> Link:
    link = links.link_between(session, store_id, account.advertiser_id)
    if link is None:
        link = Link(store_id=store_id, advertiser_id=account.advertiser_id, ended_at=ended_at)
        session.add(link)
    if _knows_better(link, account, news):
        link.linked_at, link.exact, link.linked_news = news.at, account.exact, news_as_list(news)
    return link


def _knows_better(link: Link, account: AdAccount, news: News) -> bool:
    """Who saw it happen beats who found it so; of two alike the first holds. Staff's own date stands."""
    if link.linked_at is None or bool(link.exact) != bool(account.exact):
        return link.linked_at is None or bool(account.exact)
    named_by = news_from_list(link.linked_news)
    return named_by is not None and is_newer(named_by, than=news)


def _earlier(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)
