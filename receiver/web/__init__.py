"""HTTP: webhook addresses, API, consent pages, console, health, metrics; `register` puts them on the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask

from receiver.container import Container
from receiver.services.alerts.notify_staff import notify_staff
from receiver.services.inbox.receive import WebhookReceiver
from receiver.web import about, api, connect, cross_site, errors, headers, readable, staff
from receiver.web.alert_monitor import AlertMonitor
from receiver.web.bodies import BodyLimit
from receiver.web.bulkhead import Bulkhead
from receiver.web.health import register as register_health
from receiver.web.home import home_page
from receiver.web.metrics import metrics_page
from receiver.web.proxies import TrustedProxies
from receiver.web.request_ids import RequestIds
from receiver.web.staff import StaffOnFirstCall
from receiver.web.webhooks import WebhookMiddleware

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def register(app: Flask, container: Container) -> None:
    """Put every route on the app, and in front of Flask what comes before it."""
    _add_routes(app, container, with_staffs=True)
    _put_in_front(app, app.wsgi_app, container)


def register_lean(app: Flask, container: Container, make_app: Callable[[], Flask]) -> None:
    """Do the same without what only staff call; an app with all routes is made at the first such call."""

    def make() -> WSGIApplication:
        full_app = make_app()
        _add_routes(full_app, container, with_staffs=True)
        return full_app.wsgi_app

    _add_routes(app, container, with_staffs=False)
    _put_in_front(app, StaffOnFirstCall(app.wsgi_app, make), container)


def _add_routes(app: Flask, container: Container, *, with_staffs: bool) -> None:
    cross_site.register(app)  # first: a refused request is examined no further
    readable.register(app)
    the_api = api.register(app)
    if with_staffs:
        staff.register(app, the_api, container.settings)
    about.register(app)
    app.register_blueprint(home_page)
    connect.register(app)
    register_health(app)
    app.register_blueprint(metrics_page)
    errors.register(app)  # last, so that one table answers for all
    headers.register(app)


def _put_in_front(app: Flask, routes: WSGIApplication, container: Container) -> None:
    settings = container.settings
    bulkhead = Bulkhead(BodyLimit(routes), settings.web_threads)
    middleware = WebhookMiddleware(bulkhead, WebhookReceiver(container))
    app.wsgi_app = TrustedProxies(RequestIds(middleware), settings.trusted_proxies)  # type: ignore[method-assign]  # as Flask says
    if container.channel:
        app.wsgi_app = AlertMonitor(app.wsgi_app, lambda: notify_staff(container, container.channel))  # type: ignore[method-assign]  # as Flask says
