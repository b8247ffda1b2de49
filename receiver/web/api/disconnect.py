"""POST /api/v1/disconnect: the merchant ends the connection in the plugin."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.container import current_container
from receiver.documents.disconnect import read_reason
from receiver.domain.audit import Agent
from receiver.errors import NotFound
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.status_token import store_for_token
from receiver.strict_json import read_json
from receiver.web.api.bearer import bearer_token, unauthorized
from receiver.web.api.schemas import DisconnectedSchema, DisconnectRequestSchema, RefusalSchema

disconnect_api = Blueprint(
    "disconnect", __name__, url_prefix="/api/v1", description="For the companion plugin"
)

BODY = {"required": True, "content": {"application/json": {"schema": DisconnectRequestSchema}}}


@disconnect_api.route("/disconnect")
class MerchantDisconnectView(MethodView):
    """The connection of the store of a status token."""

    @disconnect_api.doc(security=[{"statusToken": []}], requestBody=BODY)
    @disconnect_api.response(200, DisconnectedSchema)
    @disconnect_api.alt_response(400, schema=RefusalSchema)
    @disconnect_api.alt_response(401, schema=RefusalSchema)
    @disconnect_api.alt_response(503, schema=RefusalSchema)
    def post(self) -> dict[str, Any]:
        """End the connection at once, with its status token; the worker removes what we made at the store."""
        container = current_container()
        try:
            store_id = store_for_token(container.database, bearer_token())
        except NotFound as error:
            raise unauthorized() from error
        reason = read_reason(read_json(request.get_data()))
        disconnect_store(
            container,
            store_id,
            reason=reason,
            actor=Agent.MERCHANT,
            keys_removed=True,
        )
        return {"status": "disconnected"}
