"""/api/v1/admin/awards, and /credits by the command's name: what `credits` does on the command line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from receiver.container import current_container
from receiver.documents.facts import read_facts
from receiver.documents.programme import load_shipped
from receiver.documents.status import status_document
from receiver.documents.times import time_text
from receiver.domain.awards import DUE_SOON, AwardDelivery, AwardFilters, AwardState, BlockCause
from receiver.domain.decision import decide
from receiver.i18n.languages import ENGLISH, LANGUAGES, reader_locale
from receiver.services.awards.block import block_award, lift_block
from receiver.services.awards.code import show_code
from receiver.services.awards.correct import correct_reference
from receiver.services.awards.credit import mark_credited
from receiver.services.awards.issue import issue
from receiver.services.awards.issue_file import IssueOutcome, Planned, issue_file, preview
from receiver.services.awards.listing import page_of_awards, show_award
from receiver.services.decisions.preview import run_with_preview
from receiver.services.validation import LONGEST, LONGEST_FILTER
from receiver.web.api.admin.blueprint import AdminBlueprint, Choice, PageArguments, page_schema
from receiver.web.api.schemas import MAYBE, RefusalSchema, StatusSchema

awards_api = AdminBlueprint("awards", "Awards: found, issued, credited, blocked and lifted")

LONGEST_FILE = 400_000  # characters
WORDS: dict[str, Any] = {"required": True, "validate": Length(min=1, max=LONGEST)}


class AwardArguments(PageArguments):
    """A page of awards, and their filters."""

    state = Choice(AwardState)
    programme = fields.String(validate=Length(min=1, max=200))
    flagged = fields.Boolean(load_default=False, metadata={"description": "Only those with a flag."})
    overdue = fields.Boolean(load_default=False, metadata={"description": "Only those past their date."})
    due_soon = fields.Boolean(
        load_default=False,
        metadata={"description": f"Only those due within {DUE_SOON.days} days, dates of the account's zone."},
    )
    text = fields.String(
        validate=Length(min=1, max=LONGEST_FILTER),
        metadata={"description": "Part of a store's name, an ad account, a reference or an id."},
    )
    due_before = fields.Date(metadata={"description": "Not included."})


class AwardRowSchema(Schema):
    """An award; its amount is decimal text in the account's currency."""

    id = fields.String(required=True)
    store = fields.String(required=True)
    store_name = fields.String(required=True)
    programme = fields.String(required=True)
    merchant = fields.String(required=True)
    advertiser_id = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": list(AwardState)})
    credit = fields.String(required=True)
    currency = fields.String(required=True)
    decided_at = fields.Function(lambda row: time_text(row["decided_at"]), metadata={"type": "string"})
    due_by = fields.Date(required=True)
    due_soon = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)
    delivery = fields.String(required=True, **MAYBE)
    reference = fields.String(
        required=True, **MAYBE, metadata={"description": "Of a code its last characters only."}
    )
    flags = fields.List(fields.String(), required=True)


class AwardEntrySchema(Schema):
    """An entry of an award's history."""

    at = fields.Function(lambda row: time_text(row["at"]), metadata={"type": "string"})
    actor = fields.String(required=True)
    action = fields.String(required=True)
    before = fields.String(attribute="from", data_key="from", **MAYBE)
    after = fields.String(attribute="to", data_key="to", **MAYBE)
    note = fields.String(required=True)


class AwardSchema(AwardRowSchema):
    """An award, what it rests on, and its history."""

    threshold = fields.String(required=True)
    business_center = fields.String(required=True, **MAYBE)
    decision = fields.Integer(required=True)
    blocked_from = fields.String(required=True, **MAYBE)
    block_reason = fields.String(required=True, **MAYBE)
    block_cause = fields.String(required=True, **MAYBE, metadata={"enum": [*BlockCause, None]})
    evidence = fields.String(required=True, **MAYBE)
    evidence_source = fields.String(required=True, **MAYBE)
    history = fields.List(fields.Nested(AwardEntrySchema), required=True)


class IssueSchema(Schema):
    """The way in which the credit was given, and its reference."""

    reference = fields.String(**WORDS)
    delivered_as = Choice(AwardDelivery, data_key="as", load_default=AwardDelivery.APPLIED)


class CorrectSchema(IssueSchema):
    """The right reference, and why the one before was wrong."""

    reason = fields.String(**WORDS)


class CodeSchema(Schema):
    """A redeem code in clear."""

    award = fields.String(required=True)
    code = fields.String(required=True)


class EvidenceSchema(Schema):
    """Evidence that the credit arrived."""

    evidence = fields.String(**WORDS)


class ReasonSchema(Schema):
    """The reason."""

    reason = fields.String(**WORDS)


class BlockSchema(ReasonSchema):
    """The reason for staff, and one out of a list for the merchant."""

    cause = Choice(
        BlockCause, load_default=BlockCause.OTHER, metadata={"description": "What the merchant is told."}
    )


class IssueFileSchema(Schema):
    """A CSV as `credits issue --from` reads it."""

    csv = fields.String(required=True, validate=Length(min=1, max=LONGEST_FILE))
    although_flagged = fields.List(
        fields.String(validate=Length(min=1, max=LONGEST_FILTER)),
        load_default=list,
        metadata={
            "description": "Flagged awards to record all the same; others that are flagged are skipped."
        },
    )
    dry_run = fields.Boolean(load_default=False)


class PlannedSchema(Schema):
    """A row of the file, and its outcome."""

    line = fields.Integer(required=True)
    award = fields.String(required=True, **MAYBE)
    store = fields.String(required=True, **MAYBE)
    store_name = fields.String(required=True, **MAYBE)
    advertiser_id = fields.String(required=True, **MAYBE)
    credit = fields.String(required=True, **MAYBE)
    currency = fields.String(required=True, **MAYBE)
    flags = fields.List(fields.String(), required=True)
    outcome = fields.String(required=True, metadata={"enum": list(IssueOutcome)})
    problem = fields.String(required=True, **MAYBE)
    skipped = fields.String(required=True, **MAYBE, metadata={"description": "Why nothing is recorded."})


class IssueFileAnswerSchema(Schema):
    """The rows of the file: all are recorded, or none."""

    rows = fields.List(fields.Nested(PlannedSchema), required=True)


class DecideSchema(Schema):
    """A facts document, and the language of the answer's sentences."""

    facts = fields.Dict(required=True)
    language = fields.String(load_default=ENGLISH.language, validate=OneOf(LANGUAGES))


@awards_api.route("/credits")
@awards_api.route("/awards")
class AwardsView(MethodView):
    """The list of awards."""

    @awards_api.arguments(AwardArguments, location="query")
    @awards_api.response(200, page_schema(AwardRowSchema, "AwardPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List awards, the earliest due first."""
        after, limit = arguments.pop("after", None), arguments.pop("limit")
        container = current_container()
        page = page_of_awards(container, AwardFilters(**arguments), after=after, limit=limit)
        return {"items": page.rows, "next": page.next}


@awards_api.route("/credits/<award_id>")
@awards_api.route("/awards/<award_id>")
class AwardView(MethodView):
    """One award."""

    @awards_api.response(200, AwardSchema)
    @awards_api.alt_response(404, schema=RefusalSchema)
    def get(self, award_id: str) -> dict[str, Any]:
        """Show what an award rests on, and its history."""
        return show_award(current_container(), award_id)


@awards_api.route("/credits/<award_id>/issue")
@awards_api.route("/awards/<award_id>/issue")
class IssueView(MethodView):
    """The issue of an award."""

    @awards_api.arguments(IssueSchema)
    @awards_api.response(200, AwardSchema)
    @awards_api.alt_response(404, schema=RefusalSchema)
    @awards_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], award_id: str) -> dict[str, Any]:
        """Record that the credit was given. Idempotent."""
        return _act(award_id, issue, body)


@awards_api.route("/credits/<award_id>/correct")
@awards_api.route("/awards/<award_id>/correct")
class CorrectView(MethodView):
    """Another reference of an issued award."""

    @awards_api.arguments(CorrectSchema)
    @awards_api.response(200, AwardSchema)
    @awards_api.alt_response(404, schema=RefusalSchema)
    @awards_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], award_id: str) -> dict[str, Any]:
        """Correct the reference; the audit keeps the wrong one. Idempotent."""
        return _act(award_id, correct_reference, body)


@awards_api.route("/credits/<award_id>/code")
@awards_api.route("/awards/<award_id>/code")
class CodeView(MethodView):
    """The redeem code that an award was issued with."""

    @awards_api.response(200, CodeSchema)
    @awards_api.alt_response(404, schema=RefusalSchema)
    @awards_api.alt_response(409, schema=RefusalSchema)
    def post(self, award_id: str) -> dict[str, Any]:
        """Show the code in clear; who saw it is audited."""
        container = current_container()
        return show_code(container, award_id, g.person.email)


@awards_api.route("/credits/<award_id>/credited")
@awards_api.route("/awards/<award_id>/credited")
class CreditedView(MethodView):
    """The arrival of an award's credit."""

    @awards_api.arguments(EvidenceSchema)
    @awards_api.response(200, AwardSchema)
    @awards_api.alt_response(404, schema=RefusalSchema)
    @awards_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], award_id: str) -> dict[str, Any]:
        """Record the evidence that an issued credit arrived."""
        return _act(award_id, mark_credited, body)


@awards_api.route("/credits/<award_id>/block")
@awards_api.route("/awards/<award_id>/block")
class BlockView(MethodView):
    """A block of an award."""

    @awards_api.arguments(BlockSchema)
    @awards_api.response(200, AwardSchema)
    @awards_api.alt_response(404, schema=RefusalSchema)
    @awards_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], award_id: str) -> dict[str, Any]:
        """Block the award until the block is lifted."""
        return _act(award_id, block_award, body)


@awards_api.route("/credits/<award_id>/lift")
@awards_api.route("/awards/<award_id>/lift")
class LiftView(MethodView):
    """The end of a block."""

    @awards_api.arguments(ReasonSchema)
    @awards_api.response(200, AwardSchema)
    @awards_api.alt_response(404, schema=RefusalSchema)
    @awards_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], award_id: str) -> dict[str, Any]:
        """Lift a block: the award is again what it was."""
        return _act(award_id, lift_block, body)


def _act(award_id: str, service: Callable[..., dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    """Apply an act to an award, decide its store at once, and return the award."""
    container = current_container()
    store_id = show_award(container, award_id)["store"]
    act = partial(service, award_id=award_id, actor=g.person.email, **body)
    run_with_preview(container, store_id, act)
    return show_award(container, award_id)


@awards_api.route("/credits/issue-file")
@awards_api.route("/awards/issue-file")
class IssueFileView(MethodView):
    """Many issued credits at once."""

    @awards_api.arguments(IssueFileSchema)
    @awards_api.response(200, IssueFileAnswerSchema)
    @awards_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Check every row of the file, then record all of them, or none where one is refused."""
        container, flagged = current_container(), body["although_flagged"]
        if body["dry_run"]:
            planned = preview(container, body["csv"], flagged)
        else:
            planned = issue_file(container, body["csv"], g.person.email, flagged)
        return {"rows": list(map(_row, planned))}


@awards_api.route("/credits/decide")
class DecideView(MethodView):
    """A decision from a facts document alone."""

    @awards_api.arguments(DecideSchema)
    @awards_api.response(200, StatusSchema)
    @awards_api.alt_response(400, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer with the status document; nothing of the service is read or kept."""
        document = read_facts(body["facts"])
        programme = document.terms or load_shipped(document.programme)
        decision = decide(document.facts, programme, document.as_of)
        return status_document(decision, reader_locale([body["language"]]))


def _row(item: Planned) -> dict[str, Any]:
    award = item.award
    return {
        "line": item.row.line,
        "award": item.row.award_id,
        "store": award and award.store,
        "store_name": award and award.store_name,
        "advertiser_id": award and award.advertiser_id,
        "credit": award and award.credit,
        "currency": award and award.currency,
        "flags": award.flags if award else [],
        "outcome": item.outcome,
        "problem": item.problem,
        "skipped": item.skipped,
    }
