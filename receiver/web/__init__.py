"""HTTP: webhook addresses, API, consent pages, console, health, metrics; `register` puts them on the app."""

from __future__ import annotations

from flask import Flask

from receiver.container import Container
from receiver.services.alerts.notify_staff import notify_staff
from receiver.services.inbox.receive import WebhookReceiver
from receiver.web import about, admin, api, connect, cross_site, errors, headers, readable
from receiver.web.alert_monitor import AlertMonitor
from receiver.web.bodies import BodyLimit
from receiver.web.bulkhead import Bulkhead
from receiver.web.health import register as register_health
from receiver.web.home import home_page
from receiver.web.metrics import metrics_page
from receiver.web.proxies import TrustedProxies
from receiver.web.request_ids import RequestIds
from receiver.web.webhooks import WebhookMiddleware


def register(app: Flask, container: Container) -> None:
    """Put every route on the app."""
    cross_site.register(app)  # first: what is refused is not looked at
    readable.register(app)
    api.register(app)
    admin.register(app, container.settings)
    about.register(app)
    app.register_blueprint(home_page)
    connect.register(app)
    register_health(app)
    app.register_blueprint(metrics_page)
    errors.register(app)  # last, so that one table answers for all
    headers.register(app)
    settings = container.settings
    reception = WebhookReceiver(
        container.database,
        container.cipher,
        settings.max_body_bytes,
        container.now,
        app_secrets=settings.app_secrets,
    )
    front = WebhookMiddleware(Bulkhead(BodyLimit(app.wsgi_app), settings.web_threads), reception)
    app.wsgi_app = TrustedProxies(RequestIds(front), settings.trusted_proxies)  # type: ignore[method-assign]  # as Flask says
    if container.channel:
        app.wsgi_app = AlertMonitor(app.wsgi_app, lambda: _tell(container))  # type: ignore[method-assign]  # as Flask says


def _tell(container: Container) -> None:
    notify_staff(container.database, container.now(), container.channel, container.settings.public_url)
