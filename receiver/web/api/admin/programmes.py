"""/api/v1/admin/programmes: terms, figures, and loading of programmes."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length

from receiver.container import current_container
from receiver.documents.money import amount_text
from receiver.documents.programme import MOST_BYTES, programme_data, programme_warnings, read_programme_text
from receiver.services.programmes.load import load_terms
from receiver.services.programmes.money import Money, Sum
from receiver.services.programmes.statistics import ProgrammeStats, StoreCounts, programme_stats
from receiver.services.programmes.terms import find_terms, list_terms
from receiver.web.api.admin.blueprint import AdminBlueprint, Moment
from receiver.web.api.schemas import MAYBE, RefusalSchema

programmes_api = AdminBlueprint("programmes", "Programmes: terms, figures and loading")


class CountedSchema(Schema):
    """Places, stages and awards as the worker last counted them: every minute."""

    at = Moment(required=True)
    admitted = fields.Integer(required=True, metadata={"description": "Merchants."})
    waiting = fields.Integer(required=True, metadata={"description": "Stores."})
    stages = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    tiers = fields.List(fields.Dict(), required=True)
    money = fields.List(fields.Dict(), required=True, metadata={"description": "By currency."})


class ProgrammeSchema(Schema):
    """A programme's terms, and how far it has come."""

    terms = fields.Dict(required=True)
    for_new_stores = fields.Boolean(required=True)
    counted = fields.Nested(
        CountedSchema, required=True, **MAYBE, metadata={"description": "Null: no worker has counted yet."}
    )


class TermsSchema(Schema):
    """A programme's terms."""

    terms = fields.Dict(required=True)


class ProgrammeFileSchema(Schema):
    """A programme file's text."""

    toml = fields.String(required=True, validate=Length(min=1, max=MOST_BYTES))


class CheckedProgrammeSchema(Schema):
    """Terms that can be applied."""

    id = fields.String(required=True)
    valid = fields.Boolean(required=True)
    warnings = fields.List(fields.String(), required=True)


class LoadProgrammeSchema(ProgrammeFileSchema):
    """A programme file's text, and whether to say only what it would change."""

    dry_run = fields.Boolean(load_default=False)


class LoadedProgrammeSchema(Schema):
    """The programme that new stores join, and what differs from the one before."""

    id = fields.String(required=True)
    instead_of = fields.String(required=True)
    changes = fields.List(fields.Dict(), required=True)
    warnings = fields.List(fields.String(), required=True)
    saved = fields.Boolean(required=True, metadata={"description": "False: a dry run, or in force already."})


class ProgrammesSchema(Schema):
    """Programmes; the one that new stores join comes first."""

    programmes = fields.List(fields.Nested(ProgrammeSchema), required=True)


@programmes_api.route("/programmes")
class ProgrammesView(MethodView):
    """The state of the programmes."""

    @programmes_api.response(200, ProgrammesSchema)
    def get(self) -> dict[str, Any]:
        """Show the programme new stores join, and each other that has stores."""
        container = current_container()
        programmes = programme_stats(container)
        return {"programmes": list(map(_programme, programmes))}


@programmes_api.route("/programmes/<programme_id>")
class ProgrammeView(MethodView):
    """One programme."""

    @programmes_api.response(200, TermsSchema)
    @programmes_api.alt_response(404, schema=RefusalSchema)
    def get(self, programme_id: str) -> dict[str, Any]:
        """Show a programme's terms, as stores enrolled in it or as they are for new stores."""
        container = current_container()
        programmes = list_terms(container)
        return {"terms": programme_data(find_terms(programmes, programme_id))}


@programmes_api.route("/programmes/check")
class CheckProgrammeView(MethodView):
    """A programme file before it is used."""

    @programmes_api.arguments(ProgrammeFileSchema)
    @programmes_api.response(200, CheckedProgrammeSchema)
    @programmes_api.alt_response(400, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Check that the terms of a file can be applied; stores nothing."""
        terms = read_programme_text(body["toml"])
        return {"id": terms.id, "valid": True, "warnings": programme_warnings(terms)}


@programmes_api.route("/programmes/load")
class LoadProgrammeView(MethodView):
    """The programme that new stores join."""

    @programmes_api.arguments(LoadProgrammeSchema)
    @programmes_api.response(200, LoadedProgrammeSchema)
    @programmes_api.alt_response(400, schema=RefusalSchema)
    @programmes_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Let new stores join these terms, until PROGRAMME is changed; stores keep those they joined."""
        container = current_container()
        loaded = load_terms(
            container,
            body["toml"],
            actor=g.person.email,
            dry_run=body["dry_run"],
        )
        return {
            "id": loaded.terms.id,
            "instead_of": loaded.before.id,
            "changes": loaded.changes,
            "warnings": loaded.warnings,
            "saved": not body["dry_run"] and not loaded.is_in_force,
        }


def _programme(stats: ProgrammeStats) -> dict[str, Any]:
    return {
        "terms": programme_data(stats.terms),
        "for_new_stores": stats.is_for_new_stores,
        "counted": _counts(stats.counts) if stats.counts else None,
    }


def _counts(counts: StoreCounts) -> dict[str, Any]:
    return {
        "at": counts.at,
        "admitted": counts.admitted,
        "waiting": counts.waiting,
        "stages": dict(counts.stages),
        "tiers": [
            {
                "currency": tier.currency,
                "threshold": amount_text(tier.threshold),
                "credit": amount_text(tier.credit),
                "awards": {state: _sum(item) for state, item in tier.by_state.items()},
                "overdue": _sum(tier.overdue),
                "due_soon": _sum(tier.due_soon),
            }
            for tier in counts.tiers
        ],
        "money": list(map(_money, counts.money)),
    }


def _money(money: Money) -> dict[str, Any]:
    return {
        "currency": money.currency,
        "promised": _sum(money.promised),
        "issued": _sum(money.issued),
        "parts": {part: _sum(total) for part, total in money.parts},
        "risks": {reason: _sum(total) for reason, total in money.risks},
        "likely": [
            {
                "stage": likely.stage,
                "tiers": [{"credit": amount_text(credit), "stores": n} for credit, n in likely.tiers],
                "below": likely.below,
                "unknown": likely.unknown,
            }
            for likely in money.likely
        ],
    }


def _sum(item: Sum) -> dict[str, Any]:
    return {"awards": item.awards, "amount": amount_text(item.amount)}
