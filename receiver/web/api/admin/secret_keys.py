"""/api/v1/admin/secrets: new keys for SECRET_KEYS, and rotation of what they encrypt."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields

from receiver.container import current_container
from receiver.services.operations.rotate_keys import rotate_keys
from receiver.web.api.admin.blueprint import AdminBlueprint

secret_keys_api = AdminBlueprint("secret_keys", "Encryption keys")


class KeySchema(Schema):
    """A key to put in front of SECRET_KEYS; it is kept nowhere."""

    key = fields.String(required=True)


class RotatedColumnSchema(Schema):
    """The result of one column."""

    column = fields.String(required=True)
    rotated = fields.Integer(required=True)
    resealed = fields.Integer(required=True, metadata={"description": "The earlier name of `rotated`."})
    unreadable = fields.Integer(
        required=True, metadata={"description": "Encrypted with a key that SECRET_KEYS no longer has."}
    )


class KeysRotatedSchema(Schema):
    """Every column that holds a secret, and whether the old keys can go."""

    columns = fields.List(fields.Nested(RotatedColumnSchema), required=True)
    old_keys_can_go = fields.Boolean(required=True)


@secret_keys_api.route("/secrets/new")
class NewKeyView(MethodView):
    """A new key."""

    @secret_keys_api.response(201, KeySchema)
    def post(self) -> dict[str, str]:
        """Make a key for SECRET_KEYS, shown this once."""
        return {"key": Fernet.generate_key().decode()}


@secret_keys_api.route("/secrets/rotate")
class RotateView(MethodView):
    """Rotation of the encryption keys."""

    @secret_keys_api.response(200, KeysRotatedSchema)
    def post(self) -> dict[str, Any]:
        """Encrypt every stored secret anew under the first key of SECRET_KEYS."""
        container = current_container()
        rotated = rotate_keys(container, g.person.email)
        all_read = not any(item.unreadable for item in rotated)
        columns = [item.row() for item in rotated]
        return {"columns": columns, "old_keys_can_go": all_read and container.database.empty_log()}
