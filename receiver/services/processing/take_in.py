"""Takes deliveries in: reads each signal and lets it change the store and its link, once.

Whatever the order of arrival, what signals of one install leave behind is the same: "first seen" only ever
moves earlier, how things stand follows the newest news alone, and late news adds what it knows of the past.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from receiver.domain.store_checks import AFTER_NEWS
from receiver.errors import InputError
from receiver.integrations.woocommerce.events import SETTINGS_SAVED, SIGNAL, read_event
from receiver.services.processing.endings import Ending
from receiver.services.processing.tiktok_events import take_in_event
from receiver.services.receiving.tiktok_calls import SOURCE as TIKTOK
from receiver.storage.bridges import bring_forward
from receiver.storage.held_stores import HeldStores
from receiver.storage.signals import news_as_list, news_from_list
from receiver.storage.tables import Delivery, Link, Store
from wp_bridge.errors import BadSignal
from wp_bridge.signals import read_signal

NOT_USED: dict[str | None, str] = {
    SETTINGS_SAVED: "the store is looked at anew; what was saved is read by REST",
    None: "no topic was named",
}


@dataclass(frozen=True)
class _Signal:
    """What a delivery says, once it could be read."""

    store_id: str
    delivery_id: int
    home_url: str
    event: str
    news: News
    told: Told


def take_in(session: Session, deliveries: Sequence[Delivery], now: datetime) -> list[Ending]:
    """How each ends, in their order; whatever is raised concerns all of them, and the transaction is lost."""
    read = [_read(session, delivery, now) for delivery in deliveries]
    told = [(one.store_id, one.news) for one in read if isinstance(one, _Signal)]
    held = HeldStores(session, told)
    for delivery in deliveries:
        if delivery.topic == SETTINGS_SAVED and delivery.store_id is not None:
            bring_forward(session, delivery.store_id, delivery.received_at + AFTER_NEWS)
    return [_take_in(held, one) if isinstance(one, _Signal) else one for one in read]


def _read(session: Session, delivery: Delivery, now: datetime) -> _Signal | Ending:
    if delivery.source == TIKTOK:
        return take_in_event(session, delivery, now)
    if delivery.topic != SIGNAL:
        return Ending(State.IGNORED, NOT_USED.get(delivery.topic, "this topic is not used"))
    try:
        fields = _fields(delivery)
    except InputError as error:  # it never will be readable
        return Ending(State.DEAD, str(error))
    assert delivery.store_id is not None
    # A clock that runs ahead must not make its news the newest for ever.
    news = News(fields["install_id"], fields["seq"], min(fields["at"], delivery.received_at))
    return _Signal(delivery.store_id, delivery.id, fields["home_url"], fields["event"], news, _told(fields))


def _fields(delivery: Delivery) -> dict[str, Any]:
    if delivery.body is None:
        raise InputError("was dropped", path="body")
    try:
        return read_signal(read_event(SIGNAL, delivery.body))
    except BadSignal as error:
        raise InputError(error.message, path=f"arg.{error.path}".rstrip(".")) from error


def _take_in(held: HeldStores, signal: _Signal) -> Ending:
    store = held.store(signal.store_id)
    if not same_shop(signal.home_url, store.url):
        return Ending(State.DEAD, f"held: the signal is of {signal.home_url}, the store is {store.url}")
    if held.is_taken_in(store.id, signal.news):
        return Ending(State.PROCESSED)
    _apply(held, store, signal.told, signal.news)
    store.decided_at = None  # to be decided anew, also when the worker dies before it has
    held.note_taken_in(store.id, signal.news, signal.event, signal.delivery_id)
    return Ending(State.PROCESSED, stores=(store.id,))


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


def _apply(held: HeldStores, store: Store, told: Told, news: News) -> None:
    integration, linked = about_integration(told), about_link(told)
    if integration is not None:
        _note_integration(store, integration, news)
    if linked is not None:
        _note_link(held, store, linked, news)


def _note_integration(store: Store, integration: Integration, news: News) -> None:
    if integration.there:
        store.installed_at = _earlier(store.installed_at, news.at)
    if integration.set_up:
        store.set_up_at = _earlier(store.set_up_at, news.at)
    if is_newer(news, news_from_list(store.integration_news)):
        store.removed_at = None if integration.there else news.at
        store.integration_news = news_as_list(news)


def _note_link(held: HeldStores, store: Store, linked: Linked, news: News) -> None:
    last = news_from_list(store.account_news)
    newest = is_newer(news, last)
    if linked.account is not None:
        # Late news of a link that is not known yet: by the newest news it has ended.
        link = _known_link(held, store.id, linked.account, news, ended_at=last.at if last else None)
        link.ended_at = None if newest else link.ended_at
    if newest:
        stands = linked.account.advertiser_id if linked.account else ""
        held.end_other_links(store.id, stands, news.at)
        store.account_news = news_as_list(news)


def _known_link(
    held: HeldStores, store_id: str, account: AdAccount, news: News, *, ended_at: datetime | None
) -> Link:
    link = held.link(store_id, account.advertiser_id)
    if link is None:
        link = held.add_link(store_id, account.advertiser_id, ended_at=ended_at)
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
