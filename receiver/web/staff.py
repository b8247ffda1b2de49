"""The console and the API for staff: a web process loads them at the first call for either."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask
from flask_smorest import Api

from receiver.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The description is of the whole API, staff's part included. Flask takes several slashes for one.
PATHS = re.compile(r"/+(?:admin|api/+v1/+admin|openapi\.json)(?![^/])")


def register(app: Flask, api: Api, settings: Settings) -> None:
    """Register the console on an app, and the API for staff on its API."""
    from receiver.web import admin  # here, as below: to import both takes 12 MB
    from receiver.web.api.admin import areas

    areas.register(api)
    admin.register(app, settings)


class StaffOnFirstCall:
    """WSGI middleware that makes the app for staff at their first call; calls in the meantime wait."""

    def __init__(self, others: WSGIApplication, make: Callable[[], WSGIApplication]) -> None:
        self._others, self._make = others, make
        self._made: WSGIApplication | None = None
        self._making = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_staffs = PATHS.match(environ["PATH_INFO"])
        return (self._staffs() if is_staffs else self._others)(environ, start_response)

    def _staffs(self) -> WSGIApplication:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made
