"""Applies deliveries: reads each signal and changes the store and its link by it, once.

The result does not depend on the order of arrival of one install's signals: its first signal of a set-up or
link dates it, within the bounds of domain/claims.py, and the present state follows the newest one. Another
install, a lost and renewed link, or a switch back changes no date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.claims import bound_date, correct_skew, is_exact
from receiver.domain.deliveries import BODY_NOT_KEPT, DeliveryReason, DeliverySource, DeliveryState
from receiver.domain.limits import OVER_SIGNALS, day_of
from receiver.domain.shops import names_shop
from receiver.domain.signals import (
    AccountLinked,
    AccountSwitched,
    AdAccount,
    Integration,
    IntegrationInstalled,
    IntegrationRemoved,
    IntegrationSetUp,
    LinkLost,
    LinkReport,
    SignalEvent,
    SignalOrder,
    StateReported,
    integration_change,
    is_newer,
    link_change,
)
from receiver.domain.store_checks import AFTER_NEWS
from receiver.errors import InputError
from receiver.integrations.woocommerce.events import READ_BY_REST, SETTINGS_SAVED, SIGNAL
from receiver.request_id import traced
from receiver.services.deliveries.apply_tiktok_event import DROPPED, apply_tiktok_event
from receiver.services.deliveries.read_event import read_event
from receiver.services.deliveries.result import ProcessingResult
from receiver.services.deliveries.sequence import (
    BEFORE_RESTART,
    FELL_BACK,
    SignalPlace,
    note_clock,
    note_fall,
    note_order,
    note_run,
    place_of,
    restart_at_state,
)
from receiver.services.deliveries.signal_bounds import SignalBounds
from receiver.storage.connections import reschedule_check
from receiver.storage.delivery_queue import DeliveryContent
from receiver.storage.locked_stores import LockedStores
from receiver.storage.lost_signals import forget_losses
from receiver.storage.signal_state import LinkState, StoreState
from wp_bridge.errors import BadSignal, OtherVersion
from wp_bridge.signals import read_signal

# The functions that apply deliveries of providers other than stores.
APPLIED_ALONE: Mapping[str, Callable[[Session, DeliveryContent, datetime], ProcessingResult]] = {
    DeliverySource.TIKTOK: apply_tiktok_event,
}
NOT_USED: dict[str | None, str] = {
    SETTINGS_SAVED: "the store is looked at anew; what was saved is read by REST",
    None: "no topic was named",
}


@dataclass(slots=True)
class _ReadSignal:
    """A signal as read from a delivery."""

    store_id: str
    delivery_id: int
    home_url: str
    event: str
    news: SignalOrder
    claimed_at: datetime  # by the store's clock
    received_at: datetime
    by_rest: bool  # read by REST, not sent by a webhook
    integration: Integration | None  # the reported change of TikTok's plugin
    linked: LinkReport | None  # the reported change of the link
    is_state: bool  # a report of the whole state
    dated_at: datetime  # `claimed_at`, corrected by the known skew of that clock


def apply_deliveries(
    session: Session, deliveries: Sequence[DeliveryContent], now: datetime
) -> list[ProcessingResult]:
    """Apply deliveries and return the result of each, in order.

    An exception is left to roll back the transaction, and with it all of them.
    """
    read = [_read(session, delivery, now) for delivery in deliveries]
    signals = [item for item in read if isinstance(item, _ReadSignal)]
    locked = LockedStores(
        session,
        {signal.store_id for signal in signals},
        orders=[(signal.store_id, signal.news) for signal in signals],
        accounts=_accounts(signals),
    )
    bounds = SignalBounds(session, [(signal.store_id, day_of(signal.received_at)) for signal in signals])
    for delivery in deliveries:
        if delivery.topic == SETTINGS_SAVED and delivery.store_id is not None:
            reschedule_check(session, delivery.store_id, delivery.received_at + AFTER_NEWS)
    results = [
        _apply_signal(session, locked, bounds, item, now) if isinstance(item, _ReadSignal) else item
        for item in read
    ]
    bounds.write()
    locked.write()
    pairs = zip(deliveries, results, strict=True)
    senders = {item.store_id for item, result in pairs if result.state is DeliveryState.PROCESSED}
    forget_losses(session, [store_id for store_id in senders if store_id is not None])
    return results


def _accounts(signals: Sequence[_ReadSignal]) -> set[str]:
    """Return the ad accounts that the signals name."""
    changes = (signal.linked for signal in signals)
    return {change.account.advertiser_id for change in changes if change and change.account}


def _read(session: Session, delivery: DeliveryContent, now: datetime) -> _ReadSignal | ProcessingResult:
    if delivery.source in APPLIED_ALONE:
        with traced(delivery.request_id):  # a poll of an ad account is requested under this id
            return APPLIED_ALONE[delivery.source](session, delivery, now)
    if delivery.topic != SIGNAL:
        error = NOT_USED.get(delivery.topic, "this topic is not used")
        return ProcessingResult(DeliveryState.IGNORED, error, reason=DeliveryReason.NOT_USED)
    if delivery.body is None and delivery.reason in BODY_NOT_KEPT:
        reason = DeliveryReason(delivery.reason)
        state = DeliveryState.DEAD if reason is DeliveryReason.TOO_LARGE else DeliveryState.IGNORED
        return ProcessingResult(state, delivery.error, reason=reason)
    assert delivery.store_id is not None
    if delivery.body is None:
        return ProcessingResult(
            DeliveryState.DEAD, DROPPED, stores=(delivery.store_id,), reason=DeliveryReason.DROPPED
        )
    try:
        fields = _fields(delivery)
    except InputError as error:  # it will never be readable
        return ProcessingResult(DeliveryState.DEAD, str(error), (delivery.store_id,), _reason_of(error))
    # A clock that runs ahead must not make its signals the newest for ever.
    news = SignalOrder(fields["install_id"], fields["seq"], min(fields["at"], delivery.received_at))
    reported = _signal_event(fields)
    return _ReadSignal(
        store_id=delivery.store_id,
        delivery_id=delivery.id,
        home_url=fields["home_url"],
        event=fields["event"],
        news=news,
        claimed_at=fields["at"],
        received_at=delivery.received_at,
        by_rest=delivery.headers == READ_BY_REST,
        integration=integration_change(reported),
        linked=link_change(reported),
        is_state=isinstance(reported, StateReported),
        dated_at=fields["at"],
    )


def _reason_of(error: InputError) -> DeliveryReason:
    bad = error.__cause__
    if isinstance(bad, OtherVersion):
        return DeliveryReason.NEWER_VERSION if bad.is_newer else DeliveryReason.OLD_VERSION
    return DeliveryReason.UNREADABLE


def _fields(delivery: DeliveryContent) -> dict[str, Any]:
    try:
        return read_signal(read_event(delivery))
    except BadSignal as error:
        raise InputError(error.message, path=f"arg.{error.path}".rstrip(".")) from error


def _apply_signal(
    session: Session, locked: LockedStores, bounds: SignalBounds, signal: _ReadSignal, now: datetime
) -> ProcessingResult:
    store = locked.store(signal.store_id)
    if not names_shop(signal.home_url, store.url):
        locked.note_elsewhere(store.id, signal.home_url, now)
        store.decided_at = None
        error = f"held: the signal is of {signal.home_url}, the store is {store.url}"
        return ProcessingResult(
            DeliveryState.DEAD, error, stores=(store.id,), reason=DeliveryReason.ELSEWHERE
        )
    signal = _correct_skew(store, signal)
    place = place_of(store, signal.news, received_at=signal.received_at, by_rest=signal.by_rest)
    if place is SignalPlace.BEFORE_RESTART:
        return ProcessingResult(DeliveryState.IGNORED, BEFORE_RESTART, reason=DeliveryReason.BEFORE_RESTART)
    if place in (SignalPlace.FELL_BACK, SignalPlace.PERHAPS_FELL):
        note_fall(session, store, now)
    if place is SignalPlace.FELL_BACK:
        note_run(store, signal.news)
        return ProcessingResult(DeliveryState.IGNORED, FELL_BACK, (store.id,), DeliveryReason.FELL_BACK)
    if place is SignalPlace.TRUTH:
        restart_at_state(session, locked, store, signal.news, now)
    if locked.is_applied(store.id, signal.news) and place is not SignalPlace.TRUTH:
        return ProcessingResult(DeliveryState.PROCESSED)
    if not bounds.allow(store.id, day_of(signal.received_at)):
        return ProcessingResult(DeliveryState.IGNORED, OVER_SIGNALS, reason=DeliveryReason.OVER_SIGNALS)
    _apply(locked, store, signal, is_truth=place is SignalPlace.TRUTH)
    if place is SignalPlace.IN_ORDER:
        note_order(store, signal.news, is_state=signal.is_state)
    store.decided_at = None  # to be decided anew, also when the worker dies before that
    locked.mark_applied(store.id, signal.news, signal.event, signal.delivery_id)
    return ProcessingResult(DeliveryState.PROCESSED, stores=(store.id,))


def _correct_skew(store: StoreState, signal: _ReadSignal) -> _ReadSignal:
    """Return the signal with clock skew corrected; a state read by REST has the time of our request."""
    if signal.by_rest:
        claimed_at = signal.received_at
    else:
        claimed_at = correct_skew(
            signal.claimed_at,
            store.clock_skew,
            measured_at=store.clock_measured_at,
            received_at=signal.received_at,
        )
    if claimed_at == signal.claimed_at:
        return signal
    news = replace(signal.news, at=min(claimed_at, signal.received_at))
    return replace(signal, news=news, dated_at=claimed_at)


def _signal_event(signal: dict[str, Any]) -> SignalEvent:
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


def _apply(locked: LockedStores, store: StoreState, signal: _ReadSignal, *, is_truth: bool) -> None:
    if signal.integration is not None:
        _note_integration(store, signal.integration, signal, is_truth=is_truth)
    if signal.linked is not None:
        _note_link(locked, store, signal.linked, signal, is_truth=is_truth)
    note_clock(store, signal.claimed_at, received_at=signal.received_at, by_rest=signal.by_rest)


def _note_integration(
    store: StoreState, integration: Integration, signal: _ReadSignal, *, is_truth: bool
) -> None:
    news = signal.news
    dated = bound_date(signal.dated_at, joined_at=store.joined_at, received_at=signal.received_at)
    if integration.there and _dates(store.installed_at, store.installed_news, news):
        store.installed_at, store.installed_news = dated.at, news
    if integration.set_up and _dates(store.set_up_at, store.set_up_news, news):
        store.set_up_at, store.set_up_claimed_at = dated.at, dated.claimed_at
        store.set_up_news = news
    if is_truth or is_newer(news, store.integration_news):
        store.removed_at = None if integration.there else news.at
        store.integration_news = news


def _note_link(
    locked: LockedStores, store: StoreState, linked: LinkReport, signal: _ReadSignal, *, is_truth: bool
) -> None:
    news, last = signal.news, store.account_news
    newest = is_truth or is_newer(news, last)
    if linked.account is not None:
        # A late signal of a link not known yet: by the newest signal it has ended.
        link = _update_link(locked, store, linked.account, signal, ended_at=last.at if last else None)
        link.ended_at = None if newest else link.ended_at
    if newest:
        open_account = linked.account.advertiser_id if linked.account else ""
        locked.end_other_links(store.id, open_account, news.at)
        store.account_news = news


def _update_link(
    locked: LockedStores,
    store: StoreState,
    account: AdAccount,
    signal: _ReadSignal,
    *,
    ended_at: datetime | None,
) -> LinkState:
    link = locked.link(store.id, account.advertiser_id)
    if link is None:
        link = locked.add_link(store.id, account.advertiser_id, ended_at=ended_at)
    if _dates(link.linked_at, link.linked_news, signal.news):
        moments = {"joined_at": store.joined_at, "received_at": signal.received_at}
        dated = bound_date(signal.dated_at, **moments)
        link.linked_at, link.claimed_at = dated.at, dated.claimed_at
        link.exact = is_exact(account.exact, signal.dated_at, **moments)
        link.linked_news = signal.news
    return link


def _dates(dated_at: datetime | None, first: SignalOrder | None, news: SignalOrder) -> bool:
    """Return whether a signal dates something: the first signal of its install does, even if it comes late.

    A date that staff or the service set stays, and so does one by another install.
    """
    if dated_at is None:
        return True
    return first is not None and first.install_id == news.install_id and news.seq < first.seq
