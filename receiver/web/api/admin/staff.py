"""/api/v1/admin/staff: whose token this is, and which tokens there are."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields

from receiver.container import current_container
from receiver.documents.times import time_text
from receiver.services.staff.members import ROLES
from receiver.services.staff.records import ApiToken
from receiver.services.staff.tokens import page_of_tokens, revoke_token
from receiver.web.api.admin.blueprint import AdminBlueprint, NumberedPage, page_document, page_schema
from receiver.web.api.schemas import MAYBE

staff_api = AdminBlueprint("staff", "Whoever asks, and tokens")

TIME: dict[str, Any] = {"required": True, "metadata": {"format": "date-time"}}


class MeSchema(Schema):
    """A member of staff."""

    email = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": list(ROLES)})
    token_expires_at = fields.String(**TIME)


class StaffTokenSchema(Schema):
    """A token, without what opens anything."""

    id = fields.Integer(required=True)
    email = fields.String(required=True, metadata={"description": "Whose it is."})
    role = fields.String(required=True, metadata={"enum": list(ROLES)})
    name = fields.String(required=True)
    created_at = fields.String(**TIME)
    expires_at = fields.String(**TIME)
    last_used_at = fields.String(required=True, **MAYBE, metadata={"format": "date-time"})


@staff_api.route("/staff/me")
class MeView(MethodView):
    """The owner of the token."""

    @staff_api.response(200, MeSchema)
    def get(self) -> dict[str, str]:
        """Whose token this is, with which role, and until when."""
        expires_at = time_text(g.token.expires_at)
        return {"email": g.person.email, "role": g.person.role, "token_expires_at": expires_at}


@staff_api.route("/staff/tokens")
class TokensView(MethodView):
    """Tokens for this API."""

    @staff_api.arguments(NumberedPage, location="query")
    @staff_api.response(200, page_schema(StaffTokenSchema, "StaffTokenPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Operators are shown everybody's, viewers their own; the newest first."""
        whose = None if g.person.role == "operator" else g.person.id
        page = page_of_tokens(
            current_container().database,
            after=arguments.get("after"),
            staff_id=whose,
            limit=arguments["limit"],
        )
        return page_document(page.show(_token))


@staff_api.route("/staff/tokens/<int:token_id>/revoke")
class RevokeTokenView(MethodView):
    """The end of a token."""

    @staff_api.response(200, StaffTokenSchema)
    def post(self, token_id: int) -> dict[str, Any]:
        """End a token at once, be it the one that asks."""
        container = current_container()
        return _token(revoke_token(container.database, container.now(), token_id, actor=g.person.email))


def _token(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "email": token.owner.email,
        "role": token.owner.role,
        "name": token.name,
        "created_at": time_text(token.created_at),
        "expires_at": time_text(token.expires_at),
        "last_used_at": time_text(token.last_used_at) if token.last_used_at else None,
    }
