"""/api/v1/admin/facts: what is known about a store."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from receiver.container import current_container
from receiver.documents.facts import facts_with_terms
from receiver.domain.staff_facts import StaffFactName
from receiver.services.decisions.preview import run_with_preview
from receiver.services.evaluation.evaluate import facts_of
from receiver.services.stores.record_fact import record_staff_fact
from receiver.services.validation import LONGEST
from receiver.web.api.admin.blueprint import AdminBlueprint
from receiver.web.api.schemas import MAYBE, RefusalSchema

facts_api = AdminBlueprint("facts", "Facts about stores")

WORDS: dict[str, Any] = {"required": True, "validate": Length(min=1, max=LONGEST)}


class FactsSchema(Schema):
    """A facts document, as `credits decide` reads it."""

    programme = fields.String(required=True)
    as_of = fields.String(required=True, metadata={"format": "date-time"})
    store = fields.Dict(required=True)
    account = fields.Dict(required=True, **MAYBE)
    history = fields.Dict(required=True)
    spend = fields.List(fields.Dict(), required=True)
    payments = fields.List(fields.Dict(), required=True)
    bills_readable = fields.Boolean(required=True, **MAYBE)
    paid_bills_confirmed = fields.Boolean(required=True, **MAYBE)
    award = fields.Dict(required=True, **MAYBE)
    lost_signals = fields.String(required=True, **MAYBE)
    read_at = fields.Dict(required=True)
    terms = fields.Dict(required=True, metadata={"description": "Of the programme the store enrolled in."})


class NewFactSchema(Schema):
    """A fact to record."""

    name = fields.String(required=True, validate=OneOf([name.value for name in StaffFactName]))
    value = fields.String(**WORDS, metadata={"description": "As `facts set` takes it.", "example": "yes"})
    reason = fields.String(**WORDS)
    evidence = fields.String(**WORDS, metadata={"description": "Where anybody can check it."})
    dry_run = fields.Boolean(load_default=False)


class RecordedSchema(Schema):
    """The recorded fact, the store's state with it, and each thing that changed."""

    store = fields.String(required=True)
    name = fields.String(required=True)
    value = fields.Raw(required=True, **MAYBE)
    reason = fields.String(required=True)
    evidence = fields.String(required=True)
    stage = fields.String(required=True)
    verdict = fields.String(required=True)
    saved = fields.Boolean(required=True)
    effect = fields.List(fields.Dict(), required=True)


@facts_api.route("/facts/<store_id>")
class FactsView(MethodView):
    """The facts about a store."""

    @facts_api.response(200, FactsSchema)
    @facts_api.alt_response(404, schema=RefusalSchema)
    def get(self, store_id: str) -> dict[str, Any]:
        """Return the store's facts document."""
        now = current_container().now()
        facts, programme = facts_of(current_container().at(now), store_id)
        return facts_with_terms(facts, programme, now)

    @facts_api.arguments(NewFactSchema)
    @facts_api.response(200, RecordedSchema)
    @facts_api.alt_response(404, schema=RefusalSchema)
    @facts_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Record a fact, decide the store anew, and say what that changed; with `dry_run`, what it would."""
        container, actor, dry_run = current_container(), g.person.email, body.pop("dry_run")
        act = partial(record_staff_fact, store_id=store_id, actor=actor, **body)
        effect = run_with_preview(container, store_id, act, dry_run=dry_run)
        decision = {"stage": effect.after.stage.value, "verdict": effect.after.verdict.value}
        return {**effect.answer, **decision, "saved": not dry_run, "effect": effect.changes}
