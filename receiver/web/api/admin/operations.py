"""/api/v1/admin/doctor, /secrets, /deliveries/purge and /credits/decide: commands about no one store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet
from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from receiver.container import current_container
from receiver.documents.facts import read_facts
from receiver.documents.programme import load_shipped
from receiver.documents.status import status_document
from receiver.domain.decision import decide
from receiver.i18n.languages import ENGLISH, LANGUAGES, reader_locale
from receiver.integrations.probe import probe
from receiver.services.deliveries.purge import expired, purge
from receiver.services.operations.doctor import CheckState, diagnose
from receiver.services.operations.rotate_keys import rotate_keys
from receiver.web.api.admin.blueprint import AdminBlueprint
from receiver.web.api.schemas import RefusalSchema, StatusSchema

operations_api = AdminBlueprint("operations", "What an installation needs, its keys, and what it forgets")

WITHIN = timedelta(seconds=20)  # a request holds one of few threads; the worker does the rest at night


class CheckSchema(Schema):
    """One thing looked at; `do` is empty where there is nothing to do."""

    check = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": list(CheckState)})
    found = fields.String(required=True)
    do = fields.String(required=True)


class DoctorSchema(Schema):
    """Every check, and whether none failed."""

    healthy = fields.Boolean(required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)


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


class PurgeSchema(Schema):
    """The choice to say only what would go."""

    dry_run = fields.Boolean(load_default=False)


class PurgedSchema(Schema):
    """The number of rows that went, by kind."""

    gone = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    saved = fields.Boolean(required=True)


class DecideSchema(Schema):
    """A facts document, and the language of the answer's sentences."""

    facts = fields.Dict(required=True)
    language = fields.String(load_default=ENGLISH.language, validate=OneOf(LANGUAGES))


@operations_api.route("/doctor")
class DoctorView(MethodView):
    """The health of the installation."""

    @operations_api.response(200, DoctorSchema)
    def get(self) -> dict[str, Any]:
        """Look at settings, database, secrets, worker, terms, TikTok and clock."""
        container = current_container()
        found = list(diagnose(container, probe, container.channel))
        return {
            "healthy": not any(item.state is CheckState.FAIL for item in found),
            "checks": [
                {"check": item.name, "state": item.state, "found": item.found, "do": item.do}
                for item in found
            ],
        }


@operations_api.route("/secrets/new")
class NewKeyView(MethodView):
    """A new key."""

    @operations_api.response(201, KeySchema)
    def post(self) -> dict[str, str]:
        """Make a key for SECRET_KEYS, shown this once."""
        return {"key": Fernet.generate_key().decode()}


@operations_api.route("/secrets/rotate")
class RotateView(MethodView):
    """Stored secrets under the newest key."""

    @operations_api.response(200, KeysRotatedSchema)
    def post(self) -> dict[str, Any]:
        """Encrypt every stored secret anew under the first key of SECRET_KEYS."""
        container = current_container()
        rotated = rotate_keys(container.database, container.cipher, container.now(), g.person.email)
        all_read = not any(item.unreadable for item in rotated)
        columns = [item.row() for item in rotated]
        return {"columns": columns, "old_keys_can_go": all_read and container.database.empty_log()}


@operations_api.route("/deliveries/purge")
class PurgeView(MethodView):
    """The end of data that is older than it is kept."""

    @operations_api.arguments(PurgeSchema)
    @operations_api.response(200, PurgedSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Forget it, as far as that goes within 20 seconds; the worker does the rest at night."""
        container = current_container()
        act = expired if body["dry_run"] else purge
        gone = act(
            container.database, container.now(), container.settings.keep_deliveries_days, within=WITHIN
        )
        return {"gone": gone, "saved": not body["dry_run"]}


@operations_api.route("/credits/decide")
class DecideView(MethodView):
    """A decision from a facts document alone."""

    @operations_api.arguments(DecideSchema)
    @operations_api.response(200, StatusSchema)
    @operations_api.alt_response(400, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer with the status document; nothing of the service is read or kept."""
        document = read_facts(body["facts"])
        programme = document.terms or load_shipped(document.programme)
        decision = decide(document.facts, programme, document.as_of)
        return status_document(decision, reader_locale([body["language"]]))
