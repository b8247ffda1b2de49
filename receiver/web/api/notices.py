"""POST /api/v1/notices: the merchant says where notices shall be sent by e-mail."""

from __future__ import annotations

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.container import current_container
from receiver.documents.notices import read_address
from receiver.errors import NotFound, Refused
from receiver.i18n.languages import language_tag, reader_locale
from receiver.services.notices.addresses import ask_for_mail
from receiver.services.stores.status_token import store_for_token
from receiver.strict_json import read_json
from receiver.web.api.bearer import bearer_token, unauthorized
from receiver.web.api.language import LANGUAGE, accepted_languages
from receiver.web.api.schemas import NoticesRequestSchema, NoticesSchema, RefusalSchema

notices_api = Blueprint("notices", __name__, url_prefix="/api/v1", description="For the companion plugin")

BODY = {"required": True, "content": {"application/json": {"schema": NoticesRequestSchema}}}


@notices_api.route("/notices")
class NoticesView(MethodView):
    """The address for the notices of a status token's store."""

    @notices_api.doc(security=[{"statusToken": []}], parameters=[LANGUAGE], requestBody=BODY)
    @notices_api.response(200, NoticesSchema)
    @notices_api.alt_response(400, schema=RefusalSchema)
    @notices_api.alt_response(401, schema=RefusalSchema)
    @notices_api.alt_response(409, schema=RefusalSchema)
    @notices_api.alt_response(503, schema=RefusalSchema)
    def post(self) -> dict[str, str]:
        """Set the address for notices; nothing is sent before its owner has confirmed it.

        409: no mail here, or asked too often.
        """
        container, token = current_container(), bearer_token()
        try:
            store_for_token(container.database, token)
        except NotFound as error:
            raise unauthorized() from error
        email = read_address(read_json(request.get_data()))
        if email is not None and container.mail is None:
            raise Refused("this service sends no e-mails")
        language = language_tag(reader_locale(accepted_languages()))
        state = ask_for_mail(container, token, email, language)
        return {"mail": state.value}
