"""The signals of a store, their order, and what each says about link and set-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class SignalOrder:
    """The order key of a signal: `seq` counts within one install of the plugin."""

    install_id: str
    seq: int
    at: datetime


@dataclass(frozen=True)
class AdAccount:
    """An ad account as the store names it. A claim: the advertiser's consent proves it."""

    advertiser_id: str
    exact: bool | None  # false: the link already stood when the plugin first looked


@dataclass(frozen=True)
class IntegrationInstalled:
    """TikTok's plugin is active on the store."""


@dataclass(frozen=True)
class IntegrationSetUp:
    """TikTok's plugin has been set up."""


@dataclass(frozen=True)
class IntegrationRemoved:
    """TikTok's plugin is gone."""


@dataclass(frozen=True)
class AccountLinked:
    """An ad account was linked."""

    account: AdAccount


@dataclass(frozen=True)
class AccountSwitched:
    """Another ad account took the place of the linked one."""

    account: AdAccount


@dataclass(frozen=True)
class LinkLost:
    """No ad account is linked any more."""


@dataclass(frozen=True)
class StateReported:
    """All of it at once; None: not said (an account: none is linked)."""

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
class Linked:
    """A signal's report on the link: the account it names, or that there is none."""

    account: AdAccount | None


def is_newer(news: SignalOrder, than: SignalOrder | None) -> bool:
    """By `seq` within one install, because clocks jump; by time between two."""
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


def is_of_before(news: SignalOrder, restart: SignalOrder | None, *, received_at: datetime) -> bool:
    """Return whether a signal was counted before its install began anew at `restart`."""
    return (
        restart is not None
        and news.install_id == restart.install_id
        and news.seq > restart.seq
        and received_at < restart.at
    )


def integration_change(event: SignalEvent) -> Integration | None:
    """None where the signal does not speak of it."""
    match event:
        case IntegrationInstalled():
            return Integration(there=True, set_up=False)
        case IntegrationSetUp():
            return Integration(there=True, set_up=True)
        case IntegrationRemoved():
            return Integration(there=False, set_up=False)
        case StateReported(installed, set_up):
            return _reported(installed, set_up)
        case _:
            return None


def _reported(installed: bool | None, set_up: bool | None) -> Integration | None:
    """TikTok's options stay behind when its plugin goes: not installed is never set up."""
    if installed is False:
        return Integration(there=False, set_up=False)
    if installed or set_up:
        return Integration(there=True, set_up=bool(set_up))
    return None


def link_change(event: SignalEvent) -> Linked | None:
    """None where the signal does not speak of it."""
    match event:
        case AccountLinked(account) | AccountSwitched(account):
            return Linked(account)
        case LinkLost():
            return Linked(None)
        case StateReported(account=account):
            return Linked(account)
        case _:
            return None
