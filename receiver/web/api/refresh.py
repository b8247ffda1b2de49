"""POST /api/v1/refresh: the merchant's plugin asks to be looked at now."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import make_response
from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.container import current_container
from receiver.documents.times import time_text
from receiver.errors import NotFound
from receiver.services.polling.refresh import refresh_for_token
from receiver.web.api.bearer import bearer_token, unauthorized
from receiver.web.api.schemas import RefreshSchema, RefusalSchema

refresh_api = Blueprint("refresh", __name__, url_prefix="/api/v1", description="For the companion plugin")
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}


@refresh_api.route("/refresh")
class RefreshView(MethodView):
    """The figures of the store of a status token, read anew."""

    @refresh_api.doc(security=[{"statusToken": []}])
    @refresh_api.response(202, RefreshSchema)
    @refresh_api.alt_response(401, schema=RefusalSchema)
    @refresh_api.alt_response(429, schema=RefusalSchema, headers=RETRY_AFTER)
    @refresh_api.alt_response(503, schema=RefusalSchema)
    def post(self) -> Any:
        """Request a reading of the ad account, within a minute or two (202).

        429: asked less than a minute ago.
        """
        container = current_container()
        try:
            refresh = refresh_for_token(container, bearer_token())
        except NotFound as error:
            raise unauthorized() from error
        if refresh.accepted:
            return {"status": "accepted", "again_at": time_text(refresh.again_at)}
        wait = max(1, ceil((refresh.again_at - container.now()).total_seconds()))
        # A whole answer: the schema of the 202 would empty it.
        return make_response({"error": "asked less than a minute ago"}, 429, {"Retry-After": str(wait)})
