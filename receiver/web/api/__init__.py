"""The JSON API under /api, described by /openapi.json."""

from __future__ import annotations

from threading import Lock
from typing import Any

from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api, Blueprint

from receiver.errors import InputError
from receiver.strict_json import read_json
from receiver.web.api.connect_tickets import connect_tickets_api
from receiver.web.api.disconnect import disconnect_api
from receiver.web.api.history import history_api
from receiver.web.api.notices import notices_api
from receiver.web.api.refresh import refresh_api
from receiver.web.api.reviews import reviews_api
from receiver.web.api.schemas import RefusalSchema
from receiver.web.api.status import status_api
from receiver.web.api.what_if import what_if_api


class _Api(Api):  # type: ignore[misc]  # flask-smorest carries no types
    """The API, described at the first request for it: that takes longer than all else at a start."""

    ERROR_SCHEMA = RefusalSchema

    def __init__(self, app: Flask) -> None:
        self._undescribed: list[Blueprint] = []
        self._described: bytes | None = None
        self._describing = Lock()
        super().__init__(app)

    def register_blueprint(self, area: Blueprint) -> None:
        """Put an area's routes on the app."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][area.name] = self
        self._app.register_blueprint(area)
        self._undescribed.append(area)

    def _register_responses(self) -> None:
        """Leave the answers of each status to the description, which alone refers to them."""

    def _openapi_json(self) -> Response:
        with self._describing:
            self._described = self._described or self._description()
        return Response(self._described, mimetype="application/json")

    def _description(self) -> bytes:
        super()._register_responses()
        for area in self._undescribed:
            area.register_views_in_doc(self, self._app, self.spec, name=area.name, parameters=None)
            self.spec.tag({"name": area.name, "description": area.description})
        return bytes(super()._openapi_json().data)


class _BoundedJson(DefaultJSONProvider):
    """JSON as Flask reads and writes it, with our bounds on what is read."""

    sort_keys = False  # as the contract orders them

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Read JSON within our bounds. Raises ValueError."""
        try:
            return read_json(s)
        except InputError as error:
            raise ValueError(str(error)) from error  # which Flask makes a 400 of


def register(app: Flask) -> Api:
    """Register the plugins' part of the API on the app; return the API, which takes further parts."""
    app.config.update(
        API_TITLE="Ad credit receiver",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.json = _BoundedJson(app)
    api = _Api(app)
    api.spec.components.security_scheme("statusToken", {"type": "http", "scheme": "bearer"})
    api.register_blueprint(status_api)
    api.register_blueprint(refresh_api)
    api.register_blueprint(what_if_api)
    api.register_blueprint(history_api)
    api.register_blueprint(notices_api)
    api.register_blueprint(reviews_api)
    api.register_blueprint(connect_tickets_api)
    api.register_blueprint(disconnect_api)
    return api
