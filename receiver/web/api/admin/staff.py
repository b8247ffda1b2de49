"""GET /api/v1/admin/staff/me: whose token this is."""

from __future__ import annotations

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields

from receiver.services.staff.members import ROLES
from receiver.storage.tables import Staff
from receiver.web.api.admin.blueprint import AdminBlueprint

staff_api = AdminBlueprint("staff", "Whoever asks")


class MeSchema(Schema):
    """A member of staff."""

    email = fields.String(required=True)
    role = fields.String(required=True, metadata={"enum": list(ROLES)})


@staff_api.route("/staff/me")
class MeView(MethodView):
    """The owner of the token."""

    @staff_api.response(200, MeSchema)
    def get(self) -> Staff:
        """Whose token this is, and with which role."""
        person: Staff = g.person
        return person
