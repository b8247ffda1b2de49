"""HTTP: webhook addresses, API, consent pages, console, health, metrics; `register` puts them on the app."""

from __future__ import annotations

from flask import Flask

from receiver.services.receiving.receive import Reception
from receiver.services.running.tell import tell_staff
from receiver.web import admin, api, connect, cross_site, errors, headers, readable
from receiver.web.bodies import BodyLimit
from receiver.web.bulkhead import Bulkhead
from receiver.web.health import register as register_health
from receiver.web.metrics import metrics_page
from receiver.web.proxies import TrustedProxies
from receiver.web.request_ids import RequestIds
from receiver.web.watch import Watch
from receiver.web.webhooks import WebhookFront
from receiver.wiring import Wiring


def register(app: Flask, wired: Wiring) -> None:
    """Put every route on the app."""
    cross_site.register(app)  # first: what is refused is not looked at
    readable.register(app)
    api.register(app)
    admin.register(app, wired.settings)
    connect.register(app)
    register_health(app)
    app.register_blueprint(metrics_page)
    errors.register(app)  # last, so that one table answers for all
    headers.register(app)
    settings = wired.settings
    reception = Reception(
        wired.database,
        wired.seal,
        settings.max_body_bytes,
        wired.now,
        tiktok_secret=settings.tiktok_app_secret,
    )
    front = WebhookFront(Bulkhead(BodyLimit(app.wsgi_app), settings.web_threads), reception)
    app.wsgi_app = TrustedProxies(RequestIds(front), settings.trusted_proxies)  # type: ignore[method-assign]
    if wired.channel:
        app.wsgi_app = Watch(app.wsgi_app, lambda: _tell(wired))  # type: ignore[method-assign]


def _tell(wired: Wiring) -> None:
    tell_staff(wired.database, wired.now(), wired.channel, wired.settings.public_url)
