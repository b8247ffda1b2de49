"""The signals of a store: their order, and what each reports on set-up and link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

AGREES = 3  # signals in a row that count from an earlier number: the store was restored
RESTARTS_AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class SignalOrder:
    """The order key of a signal; `seq` counts within one install of the plugin."""

    install_id: str
    seq: int
    at: datetime


@dataclass(frozen=True)
class AdAccount:
    """An ad account as the store reports it: a claim, until the advertiser's consent proves it."""

    advertiser_id: str
    exact: bool | None  # false: the link already stood when the plugin first looked


@dataclass(frozen=True)
class IntegrationInstalled:
    """The event that TikTok's plugin was activated."""


@dataclass(frozen=True)
class IntegrationSetUp:
    """The event that TikTok's plugin was set up."""


@dataclass(frozen=True)
class IntegrationRemoved:
    """The event that TikTok's plugin was removed."""


@dataclass(frozen=True)
class AccountLinked:
    """The event that an ad account was linked."""

    account: AdAccount


@dataclass(frozen=True)
class AccountSwitched:
    """The event that another ad account replaced the linked one."""

    account: AdAccount


@dataclass(frozen=True)
class LinkLost:
    """The event that no ad account is linked any more."""


@dataclass(frozen=True)
class StateReported:
    """A report of the whole state; None: not reported (an account: none is linked)."""

    installed: bool | None
    set_up: bool | None
    account: AdAccount | None


SignalEvent = (
    IntegrationInstalled
    | IntegrationSetUp
    | IntegrationRemoved
    | AccountLinked
    | AccountSwitched
    | LinkLost
    | StateReported
)


@dataclass(frozen=True)
class Integration:
    """A signal's report on TikTok's plugin at the store."""

    there: bool
    set_up: bool


@dataclass(frozen=True)
class LinkReport:
    """A signal's report on the link: the account it names, or that there is none."""

    account: AdAccount | None


def is_newer(news: SignalOrder, than: SignalOrder | None) -> bool:
    """Return whether a signal is newer than another; any is newer than None.

    Ordered by `seq` within one install, because clocks jump; by time between two installs.
    """
    if than is None:
        return True
    if news.install_id == than.install_id:
        return news.seq > than.seq
    return news.at > than.at


def falls_back(news: SignalOrder, last: SignalOrder | None, *, margin: timedelta = timedelta(0)) -> bool:
    """Return whether an install counts from an earlier number again, as after a restored backup.

    `margin`: by how much the moment of `last` may be too early.
    """
    return (
        last is not None
        and news.install_id == last.install_id
        and news.seq <= last.seq
        and news.at > last.at + margin
    )


def predates_restart(news: SignalOrder, restart: SignalOrder | None, *, received_at: datetime) -> bool:
    """Return whether a signal was numbered before its install began anew at `restart`."""
    return (
        restart is not None
        and news.install_id == restart.install_id
        and news.seq > restart.seq
        and received_at < restart.at
    )


@dataclass(frozen=True)
class SequenceFall:
    """A run of signals of one install that count from an earlier number and agree with each other."""

    first: SignalOrder
    last: SignalOrder
    count: int = 1

    def extend(self, news: SignalOrder) -> SequenceFall:
        """Return the run with one more signal; a signal that contradicts it begins a new run.

        A signal between the first and the last one is known, or adds nothing.
        """
        if news.install_id != self.first.install_id:
            return SequenceFall(news, news)
        if news.seq > self.last.seq and news.at >= self.last.at:
            return SequenceFall(self.first, news, self.count + 1)
        if news.seq < self.first.seq and news.at <= self.first.at:  # it came late
            return SequenceFall(news, self.last, self.count + 1)
        is_between = self.first.seq <= news.seq <= self.last.seq and self.first.at <= news.at <= self.last.at
        return self if is_between else SequenceFall(news, news)

    def is_agreed(self, restarted_at: datetime | None) -> bool:
        """Return whether the run is long enough to be believed; `restarted_at`: the last restart, if any.

        The store could as well have begun a new install: what it gains is nothing but its own order. Two
        copies that both speak would take turns, so one restart a day is made without staff.
        """
        is_rested = restarted_at is None or self.last.at - restarted_at >= RESTARTS_AGAIN
        return self.count >= AGREES and is_rested


def integration_change(event: SignalEvent) -> Integration | None:
    """Return what a signal reports on TikTok's plugin; None where it does not speak of it."""
    match event:
        case IntegrationInstalled():
            return Integration(there=True, set_up=False)
        case IntegrationSetUp():
            return Integration(there=True, set_up=True)
        case IntegrationRemoved():
            return Integration(there=False, set_up=False)
        case StateReported(installed, set_up):
            return _state_integration(installed, set_up)
        case _:
            return None


def _state_integration(installed: bool | None, set_up: bool | None) -> Integration | None:
    """Return the integration that a state signal reports; None where it does not tell.

    TikTok's options stay behind when its plugin goes, so not installed is never set up.
    """
    if installed is False:
        return Integration(there=False, set_up=False)
    if installed or set_up:
        return Integration(there=True, set_up=bool(set_up))
    return None


def link_change(event: SignalEvent) -> LinkReport | None:
    """Return what a signal reports on the link; None where it does not speak of it."""
    match event:
        case AccountLinked(account) | AccountSwitched(account):
            return LinkReport(account)
        case LinkLost():
            return LinkReport(None)
        case StateReported(account=account):
            return LinkReport(account)
        case _:
            return None
