"""Recording many issued credits at once, from the list of due awards or a file: checked, then recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.documents.flags import flag_words
from receiver.domain.awards import AwardDelivery
from receiver.errors import InputError, ReceiverError, Refused
from receiver.services.awards.issue_file import IssueOutcome, Planned, issue_file, preview
from receiver.services.awards.issue_rows import read_rows, rows_as_csv
from receiver.services.awards.spreadsheet import decode
from receiver.web.admin.awards import TypedReference, list_page
from receiver.web.admin.previews import CHANGED, preview_token, was_previewed
from receiver.web.admin.sign_in import operators_only

award_issue_pages = Blueprint(
    "award_issue", __name__, url_prefix="/admin/awards", template_folder="templates"
)

MOST_SHOWN = 500  # rows of a file, those with problems first
# Bytes, some 7,000 rows, which fit into a form even encrypted; larger files go by the command line.
LONGEST_FILE = 350_000
NOTHING_TYPED = "Type the reference of at least one selected award."
WORDS = {
    IssueOutcome.WOULD_ISSUE: "will be recorded",
    IssueOutcome.ISSUED: "recorded",
    IssueOutcome.ALREADY_ISSUED: "was recorded before",
    IssueOutcome.SKIPPED: "skipped",
    IssueOutcome.REFUSED: "cannot be recorded",
    IssueOutcome.NOT_ISSUED: "not recorded",
}

Answer = str | tuple[str, int] | Response


@award_issue_pages.get("/issue")
@operators_only
def back_to_list() -> Response:
    """Redirect to the list when a check is reloaded, or opened again after signing in."""
    query = request.query_string.decode()
    return redirect(url_for("awards.show") + (f"?{query}" if query else ""))


@award_issue_pages.post("/issue")
@operators_only
def from_list() -> Answer:
    """Check the references typed beside the awards, or record those checked before (`do=record`)."""
    try:
        if request.form.get("do") == "change":
            return list_page(typed_references=_checked_references())
        if request.form.get("do") == "record":
            return _record(_checked_text())
        return _check_list()
    except (InputError, Refused) as error:
        return list_page(problem=str(error))


def _check_list() -> Answer:
    selected = request.form.getlist("award")
    references = {award_id: request.form.get(f"reference:{award_id}", "").strip() for award_id in selected}
    rows = [
        (award_id, references[award_id], _delivered_as(award_id))
        for award_id in selected
        if references[award_id]
    ]
    if not rows:
        return list_page(typed_references=_typed_references(), problem=NOTHING_TYPED)
    text = rows_as_csv(rows)
    planned = preview(current_container(), text)
    problems = {item.row.award_id or "": item.problem for item in planned if item.problem}
    if problems:
        count = f"{len(problems)} of {len(planned)}"
        refusal = f"{count} references cannot be recorded, so nothing is checked yet."
        return list_page(typed_references=_typed_references(problems), problem=refusal)
    return _checked_page(text, planned, skipped_blank=len(selected) - len(rows))


def _delivered_as(award_id: str) -> str:
    return request.form.get(f"as:{award_id}", AwardDelivery.APPLIED)


def _typed_references(problems: Mapping[str, str] | None = None) -> dict[str, TypedReference]:
    """Read the references of the form by award id; a code is left out, so that no page shows it again."""
    selected = set(request.form.getlist("award"))
    award_ids = [name.partition(":")[2] for name in request.form if name.startswith("reference:")]
    return {
        award_id: TypedReference(
            is_selected=award_id in selected,
            reference=""
            if _delivered_as(award_id) == AwardDelivery.CODE
            else request.form[f"reference:{award_id}"],
            delivered_as=_delivered_as(award_id),
            problem=(problems or {}).get(award_id),
        )
        for award_id in award_ids
    }


def _checked_references() -> dict[str, TypedReference]:
    """Read the references of the check before, to be changed in the list. Raises InputError."""
    return {
        row.issued.award_id: TypedReference(
            is_selected=True,
            reference="" if row.issued.is_code else row.issued.reference,
            delivered_as=row.issued.delivered_as,
        )
        for row in read_rows(_checked_text())
        if row.issued
    }


@award_issue_pages.get("/file")
@operators_only
def file() -> str:
    """Show the form that takes a file of issued credits."""
    return render_template("award_file.html")


@award_issue_pages.post("/file")
@operators_only
def take_file() -> Answer:
    """Check a file, or record all rows of the file checked before (`do=record`), or none of them."""
    try:
        if request.form.get("do") == "record":
            return _record(_checked_text(), template="award_file.html")
        text = _read_text()
        return _checked_page(text, preview(current_container(), text), template="award_file.html")
    except (InputError, Refused) as error:
        return render_template("award_file.html", refused=str(error)), 400


def _record(text: str, template: str = "award_issue.html") -> Answer:
    """Record what was checked, if it is unchanged; a flagged award that was not ticked is left out."""
    container = current_container()
    if not was_previewed(_token(preview(container, text))):
        return _checked_page(text, preview(container, text), template=template, refused=CHANGED)
    planned = issue_file(container, text, g.person.email, request.form.getlist("although_flagged"))
    problems = any(item.problem for item in planned)
    return _page(template, planned, done=not problems, refused="" if not problems else CHANGED)


def _checked_page(
    text: str,
    planned: Sequence[Planned],
    *,
    skipped_blank: int = 0,
    refused: str = "",
    template: str = "award_issue.html",
) -> Answer:
    page = _page(
        template,
        planned,
        checked_text=current_container().cipher.encrypt(text),
        token=_token(planned),
        text="" if any(_may_hold_a_code(item) for item in planned) else text,
        skipped_blank=skipped_blank,
        refused=refused,
    )
    return (page, 409) if refused else page


def _page(template: str, planned: Sequence[Planned], **values: Any) -> str:
    return render_template(
        template,
        planned=planned,
        rows=sorted(planned, key=lambda item: item.problem is None)[:MOST_SHOWN],  # problems first
        problems=sum(item.problem is not None for item in planned),
        counts={outcome: sum(item.outcome is outcome for item in planned) for outcome in IssueOutcome},
        unconfirmed=sum(item.needs_confirmation for item in planned),
        sums=_sums(planned, {IssueOutcome.WOULD_ISSUE, IssueOutcome.ISSUED}),
        outcomes=IssueOutcome,
        words=WORDS,
        flag_words=flag_words,
        **values,
    )


def _sums(planned: Sequence[Planned], outcomes: Collection[IssueOutcome]) -> list[tuple[Decimal, str]]:
    """Return what the rows of these outcomes come to, by currency."""
    sums: dict[str, Decimal] = {}
    for item in planned:
        if item.award and item.outcome in outcomes:
            sums[item.award.currency] = sums.get(item.award.currency, Decimal()) + Decimal(item.award.credit)
    return [(amount, currency) for currency, amount in sorted(sums.items())]


def _token(planned: Sequence[Planned]) -> str:
    return preview_token({}, [_preview_row(item) for item in planned])


def _preview_row(item: Planned) -> list[Any]:
    """List what the check shows of a row, for the preview's token; of a code only its end."""
    issued, award = item.row.issued, item.award
    reference = (issued.shown, issued.delivered_as) if issued else None
    of_award = (
        (award.store, award.advertiser_id, award.credit, award.currency, *award.flags) if award else None
    )
    return [item.row.line, item.row.award_id, reference, of_award, item.outcome, item.problem]


def _may_hold_a_code(planned: Planned) -> bool:
    """Return whether a row may hold a code, which the page must not show again."""
    return planned.row.issued.is_code if planned.row.issued else planned.problem is not None


def _read_text() -> str:
    """Read the uploaded file, or else the text field of the form. Raises InputError."""
    upload = request.files.get("file")
    body = upload.stream.read(LONGEST_FILE + 1) if upload else request.form.get("text", "").encode()
    if len(body) > LONGEST_FILE:
        raise InputError(f"is longer than {LONGEST_FILE} bytes; use `credits issue --from`", path="file")
    return decode(body)


def _checked_text() -> str:
    """Decrypt the text that was checked: the form carries it encrypted, so that no page shows codes again.

    Raises InputError.
    """
    try:
        return current_container().cipher.decrypt(request.form.get("checked", ""))
    except ReceiverError as error:
        raise InputError("is not what was checked; check it again", path="checked") from error
