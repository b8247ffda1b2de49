"""POST /api/v1/connect-tickets: the plugin asks for an address that lets its merchant into the consent."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.container import current_container
from receiver.documents.connect import read_return_url, ticket_document
from receiver.errors import NotFound
from receiver.services.authorization.tickets import issue_ticket
from receiver.services.stores.status_token import store_for_token
from receiver.strict_json import read_json
from receiver.web.api.bearer import bearer_token, unauthorized
from receiver.web.api.schemas import ConnectTicketRequestSchema, ConnectTicketSchema, RefusalSchema

connect_tickets_api = Blueprint(
    "connect_tickets", __name__, url_prefix="/api/v1", description="For the companion plugin"
)

BODY = {"required": False, "content": {"application/json": {"schema": ConnectTicketRequestSchema}}}


@connect_tickets_api.route("/connect-tickets")
class ConnectTicketsView(MethodView):
    """Ways into the consent pages, for the store of a status token."""

    @connect_tickets_api.doc(security=[{"statusToken": []}], requestBody=BODY)
    @connect_tickets_api.response(201, ConnectTicketSchema)
    @connect_tickets_api.alt_response(400, schema=RefusalSchema)
    @connect_tickets_api.alt_response(401, schema=RefusalSchema)
    @connect_tickets_api.alt_response(503, schema=RefusalSchema)
    def post(self) -> tuple[dict[str, Any], int, dict[str, str]]:
        """Create an address for one browser, good for 10 minutes; send the merchant there."""
        container = current_container()
        token = bearer_token()
        try:
            store_for_token(container.database, token)  # before a byte of the body is read
            body = request.get_data()
            return_url = read_return_url(read_json(body)) if body else None
            ticket = issue_ticket(container, token, return_url)
        except NotFound as error:
            raise unauthorized() from error
        url = f"{container.settings.public_url}/connect/tiktok?ticket={ticket.text}"
        return ticket_document(url, ticket.expires_at), 201, {"Cache-Control": "no-store"}
