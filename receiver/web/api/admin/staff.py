"""/api/v1/admin/staff: whose token this is, who is on the staff, and their tokens."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from receiver.clock import utc_now
from receiver.container import current_container
from receiver.documents.times import time_text
from receiver.domain.staff import Role
from receiver.errors import Refused
from receiver.services.staff.members import add_staff, change_role, list_staff, remove_staff, set_password
from receiver.services.staff.passwords import new_password
from receiver.services.staff.records import ApiToken, StaffMember, TeamMember
from receiver.services.staff.tokens import (
    LONGEST_NAME,
    MOST_DAYS,
    make_token_for,
    page_of_tokens,
    revoke_token,
)
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    Choice,
    Moment,
    NumberedPage,
    page_document,
    page_schema,
)
from receiver.web.api.schemas import MAYBE, RefusalSchema

staff_api = AdminBlueprint("staff", "Team and API tokens")

TIME: dict[str, Any] = {"required": True, "metadata": {"format": "date-time"}}


class MeSchema(Schema):
    """A member of staff."""

    email = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": list(Role)})
    token_expires_at = fields.String(**TIME)


class StaffTokenSchema(Schema):
    """A token, without its secret text."""

    id = fields.Integer(required=True)
    email = fields.String(required=True, metadata={"description": "Whose it is."})
    role = fields.String(required=True, metadata={"enum": list(Role)})
    name = fields.String(required=True)
    created_at = fields.String(**TIME)
    expires_at = fields.String(**TIME)
    last_used_at = fields.String(required=True, **MAYBE, metadata={"format": "date-time"})


class AddressSchema(Schema):
    """Somebody on the staff, by what they sign in with."""

    email = fields.String(required=True, validate=Length(min=1, max=254))


class NewMemberSchema(AddressSchema):
    """Somebody on the staff, and their new role."""

    role = Choice(Role, required=True)


class MemberSchema(Schema):
    """Somebody on the staff."""

    email = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": list(Role)})


class ListedMemberSchema(MemberSchema):
    """Somebody on the staff, since when, and their sessions and tokens."""

    since = fields.String(**TIME)
    last_seen_at = Moment(required=True, **MAYBE, metadata={"description": "In the console; null: never."})
    sessions = fields.Integer(required=True, metadata={"description": "Browsers that are signed in."})
    tokens = fields.Integer(required=True, metadata={"description": "That have not expired."})


class MembersSchema(Schema):
    """All of the staff, by address."""

    items = fields.List(fields.Nested(ListedMemberSchema), required=True)


class LetInSchema(MemberSchema):
    """A member of staff and their one-time password, to be replaced at the first sign-in."""

    password = fields.String(required=True, metadata={"description": "Shown this once."})


class NewTokenSchema(Schema):
    """The purpose of a token, and how long it lasts."""

    name = fields.String(load_default="api", validate=Length(min=1, max=LONGEST_NAME))
    email = fields.String(
        validate=Length(min=1, max=254),
        metadata={"description": "A viewer's, for a program that only reads; left out: one's own."},
    )
    days = fields.Integer(
        strict=True,
        validate=Range(min=1, max=MOST_DAYS),
        metadata={"description": "No longer than the token that asks, which is the default."},
    )


class MadeTokenSchema(MemberSchema):
    """A new token, whose text is shown this once."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    expires_at = fields.String(**TIME)
    token = fields.String(required=True)


@staff_api.route("/staff")
class MembersView(MethodView):
    """The people who may sign in."""

    @staff_api.response(200, MembersSchema)
    def get(self) -> dict[str, Any]:
        """List the staff, by email address."""
        container = current_container()
        members = list_staff(container, real_now=utc_now(), limit=0)
        return {"items": list(map(_member_row, members))}

    @staff_api.arguments(NewMemberSchema)
    @staff_api.response(201, LetInSchema)
    @staff_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Let someone in with a one-time password."""
        container, password = current_container(), new_password()
        arguments = {"password": password, "actor": g.person.email, "one_time": True}
        person = add_staff(container, email=body["email"], role=body["role"], **arguments)
        return {**_member(person), "password": password}


@staff_api.route("/staff/password")
class PasswordView(MethodView):
    """The password of somebody on the staff."""

    @staff_api.arguments(AddressSchema)
    @staff_api.response(200, LetInSchema)
    @staff_api.alt_response(404, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Give someone a one-time password; it ends their sessions, and their tokens stay."""
        container, password = current_container(), new_password()
        arguments = {"password": password, "actor": g.person.email, "one_time": True}
        person = set_password(container, **body, **arguments)
        return {**_member(person), "password": password}


@staff_api.route("/staff/role")
class RoleView(MethodView):
    """The role of somebody on the staff."""

    @staff_api.arguments(NewMemberSchema)
    @staff_api.response(200, MemberSchema)
    @staff_api.alt_response(404, schema=RefusalSchema)
    @staff_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Give someone another role, which holds at once; there is always an operator left."""
        container = current_container()
        person = change_role(
            container,
            email=body["email"],
            role=body["role"],
            actor=g.person.email,
        )
        return _member(person)


@staff_api.route("/staff/remove")
class RemoveView(MethodView):
    """The end of somebody's place on the staff."""

    @staff_api.arguments(AddressSchema)
    @staff_api.response(200, MemberSchema)
    @staff_api.alt_response(404, schema=RefusalSchema)
    @staff_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Remove someone: sessions and tokens end at once, what they did stays on record."""
        container = current_container()
        return _member(remove_staff(container, **body, actor=g.person.email))


@staff_api.route("/staff/token")
class NewTokenView(MethodView):
    """A further token of whoever asks, or of a viewer."""

    @staff_api.arguments(NewTokenSchema)
    @staff_api.response(201, MadeTokenSchema)
    @staff_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a token that ends no later than the one used here.

        A stolen token can therefore not prolong itself.
        """
        container = current_container()
        days_left = (g.token.expires_at - container.now()).days
        days = body.get("days", days_left)
        if not 1 <= days <= days_left:
            ends = time_text(g.token.expires_at)
            raise Refused(f"a token made by a token ends no later than that, by {ends}")
        email = body.get("email", g.person.email)
        token = make_token_for(container, g.person, email=email, name=body["name"], days=days)
        about = {"id": token.id, "name": token.name, "expires_at": time_text(token.expires_at)}
        return {**_member(token.owner), **about, "token": token.text}


@staff_api.route("/staff/me")
class MeView(MethodView):
    """The owner of the token."""

    @staff_api.response(200, MeSchema)
    def get(self) -> dict[str, str]:
        """Return the token's owner, their role, and until when it counts."""
        expires_at = time_text(g.token.expires_at)
        return {"email": g.person.email, "role": g.person.role, "token_expires_at": expires_at}


@staff_api.route("/staff/tokens")
class TokensView(MethodView):
    """Tokens for this API."""

    @staff_api.arguments(NumberedPage, location="query")
    @staff_api.response(200, page_schema(StaffTokenSchema, "StaffTokenPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List tokens, the newest first: operators see everybody's, viewers their own."""
        whose = None if g.person.role == Role.OPERATOR else g.person.id
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
        """Revoke a token at once, including the one used here."""
        container = current_container()
        return _token(revoke_token(container, token_id, actor=g.person.email))


def _member_row(member: TeamMember) -> dict[str, Any]:
    return {
        **_member(member.person),
        "since": time_text(member.person.created_at),
        "last_seen_at": member.last_seen_at,
        "sessions": member.sessions,
        "tokens": member.tokens,
    }


def _member(person: StaffMember) -> dict[str, Any]:
    return {"email": person.email, "role": person.role}


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
