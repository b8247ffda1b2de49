"""/api/v1/admin/doctor and /deliveries/purge: diagnosis, and deletion of expired data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from receiver.container import current_container
from receiver.integrations.probe import probe
from receiver.services.deliveries.purge import count_expired, purge
from receiver.services.operations.doctor import CheckState, diagnose
from receiver.web.api.admin.blueprint import AdminBlueprint

operations_api = AdminBlueprint("operations", "Diagnosis and deletion of expired data")

WITHIN = timedelta(seconds=20)  # a request holds one of few threads; the worker does the rest at night


class CheckSchema(Schema):
    """A check; `do` is empty where there is nothing to do."""

    check = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": list(CheckState)})
    found = fields.String(required=True)
    do = fields.String(required=True)


class DoctorSchema(Schema):
    """Every check, and whether none failed."""

    healthy = fields.Boolean(required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)


class PurgeSchema(Schema):
    """A deletion, or a dry run of it."""

    dry_run = fields.Boolean(load_default=False)


class PurgedSchema(Schema):
    """The number of deleted rows, by kind."""

    gone = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    saved = fields.Boolean(required=True)


@operations_api.route("/doctor")
class DoctorView(MethodView):
    """The health of the installation."""

    @operations_api.response(200, DoctorSchema)
    def get(self) -> dict[str, Any]:
        """Check settings, database, secrets, worker, terms, TikTok and clock."""
        container = current_container()
        checks = list(diagnose(container, probe, container.channel))
        return {
            "healthy": not any(check.state is CheckState.FAIL for check in checks),
            "checks": [
                {"check": check.name, "state": check.state, "found": check.finding, "do": check.do}
                for check in checks
            ],
        }


@operations_api.route("/deliveries/purge")
class PurgeView(MethodView):
    """The end of data that is older than it is kept."""

    @operations_api.arguments(PurgeSchema)
    @operations_api.response(200, PurgedSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Delete expired data for up to 20 seconds; the worker deletes the rest at night."""
        container = current_container()
        act = count_expired if body["dry_run"] else purge
        counts = act(container, container.settings.keep_deliveries_days, within=WITHIN)
        return {"gone": counts, "saved": not body["dry_run"]}
