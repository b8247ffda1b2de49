"""A replay of the merchants' histories from before the sandbox began, each event at its own time.

No row is written by hand: the stores send their signals over HTTP to the service's own webhook address, the
service polls the stand-in for TikTok and decides, staff use the services they always use. Only the clock is
set to the past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from werkzeug.exceptions import NotFound

from receiver.container import Container
from receiver.domain.awards import AwardDelivery
from receiver.domain.staff_facts import StaffFactName
from receiver.integrations.tiktok.client import TikTokClient
from receiver.sandbox.paths import SandboxPaths
from receiver.sandbox.scenario.merchant_spec import Act, SandboxMerchant
from receiver.sandbox.scenario.state import SandboxState
from receiver.sandbox.scenario.stores import Stores
from receiver.sandbox.scenario.tiktok_server import build_accounts
from receiver.sandbox.scenario.timeline import Event, list_events
from receiver.sandbox.serving import served
from receiver.sandbox.tiktok.api import BASE, create_tiktok
from receiver.services.awards.credit import mark_credited
from receiver.services.awards.issue import issue
from receiver.services.decisions.decide import decide_each
from receiver.services.inbox.receive import WebhookReceiver
from receiver.services.polling.poll import poll_account
from receiver.services.stores.links import add_link
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage.tables import Account, Award
from receiver.web.webhooks import WebhookMiddleware
from receiver.worker.loop import work_inbox

STAFF = "sandbox"


class _Clock:
    """A clock that stands at the time of the event at hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def replay_history(
    container: Container, paths: SandboxPaths, state: SandboxState, merchants: Iterable[SandboxMerchant]
) -> None:
    """Replay each merchant's events from where an earlier run stopped, up to now, in order.

    The state is saved after every event, so that the next start continues one that was interrupted.
    """
    due = [
        (event, merchant)
        for merchant in merchants
        for event in list_events(merchant, state.born)[state.stores[merchant.key].replayed :]
        if event.at <= container.now()
    ]
    if not due:
        return
    clock = _Clock(container.now())
    with served(create_tiktok(build_accounts(state.born), clock)) as tiktok:
        past_container = replace(container, now=clock, tiktok=TikTokClient(tiktok + BASE))
        with served(WebhookMiddleware(NotFound(), WebhookReceiver(past_container))) as web:
            replay = _HistoryReplay(past_container, state, Stores(web, state, paths.state))
            for event, merchant in sorted(due, key=lambda item: item[0].at):
                clock.at = event.at
                replay.apply(merchant, event)
                state.stores[merchant.key].replayed += 1
                state.save(paths.state)


class _HistoryReplay:
    """The handlers of the events; each acts at the container's clock."""

    def __init__(self, container: Container, state: SandboxState, stores: Stores) -> None:
        self._container, self._state, self._stores = container, state, stores
        self._handlers: Mapping[Act, Callable[[SandboxMerchant, Event], object]] = {
            Act.SIGNALS: self._signal,
            Act.CONSENTS: self._consent,
            Act.READ: self._read,
            Act.ISSUED: self._issue,
            Act.CREDITED: self._credit,
            Act.FLAGGED: self._flag,
        }

    def apply(self, merchant: SandboxMerchant, event: Event) -> None:
        """Apply one event of a merchant by the handler of its act."""
        self._handlers[event.act](merchant, event)

    def _signal(self, merchant: SandboxMerchant, event: Event) -> None:
        self._stores.send_signal(merchant, event.at, event.fields)
        work_inbox(self._container)

    def _consent(self, merchant: SandboxMerchant, event: Event) -> None:
        assert merchant.account is not None
        self._record(merchant, StaffFactName.PAYMENT, merchant.account.pays, "told by the merchant")
        add_link(
            self._container,
            store_id=self._store_id(merchant),
            advertiser_id=merchant.account.advertiser_id,
            token=merchant.token,
            actor=STAFF,
        )
        self._read(merchant, event)

    def _read(self, merchant: SandboxMerchant, event: Event) -> None:
        """Poll the account and decide, unless it was polled later already.

        That is so where the store of an older sandbox goes on.
        """
        assert merchant.account is not None
        advertiser_id = merchant.account.advertiser_id
        with self._container.database.reading() as session:
            read_at = session.scalar(
                select(Account.spend_read_at).where(Account.advertiser_id == advertiser_id)
            )
        if read_at is None or read_at < event.at:
            container = self._container
            poll = poll_account(container, advertiser_id)
            decide_each(container.at(event.at), poll.stores)

    def _issue(self, merchant: SandboxMerchant, event: Event) -> None:
        award_id = self._award_id(merchant)
        issue(
            replace(self._container, now=lambda: event.at),
            award_id,
            reference=event.words,
            delivered_as=AwardDelivery.CODE,
            actor=STAFF,
        )

    def _credit(self, merchant: SandboxMerchant, event: Event) -> None:
        award_id = self._award_id(merchant)
        mark_credited(self._container.at(event.at), award_id, evidence=event.words, actor=STAFF)

    def _flag(self, merchant: SandboxMerchant, event: Event) -> None:
        self._record(merchant, StaffFactName.SAFETY_FLAG, "yes", event.words)

    def _record(self, merchant: SandboxMerchant, name: StaffFactName, value: str, reason: str) -> None:
        record_staff_fact(
            self._container,
            store_id=self._store_id(merchant),
            name=name,
            value=value,
            reason=reason,
            evidence="sandbox",
            actor=STAFF,
        )

    def _store_id(self, merchant: SandboxMerchant) -> str:
        return self._state.stores[merchant.key].id

    def _award_id(self, merchant: SandboxMerchant) -> str:
        with self._container.database.reading() as session:
            return session.scalars(select(Award.id).where(Award.store_id == self._store_id(merchant))).one()
