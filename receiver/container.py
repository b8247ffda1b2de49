"""The container of a process's parts: settings, database, cipher, clients, clock; built once at its start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from receiver.clock import utc_now
from receiver.documents.programme import load_programme
from receiver.errors import InputError, SettingsError
from receiver.extension import Extension, load_sandbox
from receiver.integrations.notifications import Channel
from receiver.integrations.notifications.mail import Mail
from receiver.integrations.notifications.webhook import StaffWebhook
from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient
from receiver.integrations.tiktok.throttled_caller import ThrottledCaller
from receiver.integrations.woocommerce.shops import RestShops
from receiver.services.context import ServiceContext
from receiver.settings import Settings
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.rate_limiter import SharedBudget


@dataclass(frozen=True)
class Container(ServiceContext):
    """The parts of a process; none of them starts a thread or opens a connection by being built."""

    channel: Channel | None  # for urgent alerts to staff
    mail: Mail | None  # for the notices that merchants asked for
    sandbox: Extension | None  # None in a real installation


def build_container(settings: Settings, now: Callable[[], datetime] | None = None) -> Container:
    """Build the container of a process; `now` is its clock, by default the sandbox's or the machine's."""
    sandbox = load_sandbox(settings.sandbox_folder) if settings.sandbox_folder else None
    clock = now or (sandbox.now if sandbox else utc_now)
    database = Database(settings.database_url)
    budget = SharedBudget(database, settings.tiktok_rate)
    return Container(
        settings=settings,
        database=database,
        cipher=Cipher(settings.secret_keys),
        tiktok=TikTokClient(settings.tiktok_api_url, app=_app(settings), pace=ThrottledCaller(budget, clock)),
        budget=budget,
        shops=RestShops(allow_loopback=settings.allow_loopback_stores),
        now=clock,
        channel=_channel(settings),
        mail=_mail(settings),
        sandbox=sandbox,
    )


def checked_container(settings: Settings) -> Container:
    """Build the container. Raises SettingsError for an unreadable PROGRAMME, before a store joins it."""
    try:
        load_programme(settings.programme)
    except InputError as error:
        raise SettingsError(f"PROGRAMME: {error}") from error
    return build_container(settings)


def _app(settings: Settings) -> App | None:
    app_id, secret = settings.tiktok_app_id, settings.tiktok_app_secret
    return App(app_id, secret) if app_id and secret else None


def _channel(settings: Settings) -> Channel | None:
    if settings.staff_webhook_url:
        return StaffWebhook(settings.staff_webhook_url, settings.staff_webhook_secret)
    return _mail(settings)


def _mail(settings: Settings) -> Mail | None:
    if settings.smtp_url:
        return Mail(settings.smtp_url, settings.mail_from, settings.mail_to)
    return None


def current_container() -> Container:
    """Return the current app's container; raise the SettingsError that kept it from being built."""
    from flask import current_app  # here: a worker has no app

    container = current_app.extensions["receiver"]
    if isinstance(container, SettingsError):
        raise container
    assert isinstance(container, Container)
    return container
