"""Pages of the programmes: money, places, stages, terms; loading a programme and admitting stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.documents.programme import decode_programme
from receiver.documents.programme_words import market_words, terms_in_words
from receiver.domain.awards import DUE_SOON, AwardState
from receiver.errors import InputError, NotFound, Refused
from receiver.services.programmes.load import LoadedProgramme, load_terms
from receiver.services.programmes.money import Money, MoneyPart
from receiver.services.programmes.statistics import programme_stats
from receiver.services.programmes.terms import find_terms, list_terms, terms_in_force
from receiver.services.stores.admit import Admission, admit_stores, waiting_line
from receiver.web.admin.previews import CHANGED, preview_token, was_previewed
from receiver.web.admin.sign_in import operators_only, staff_only

programme_pages = Blueprint("programme", __name__, url_prefix="/admin/programme", template_folder="templates")

BAR_WIDTH = 1000  # SVG units; the style sheet sets the real width
MOST_IN_LINE = 100  # waiting stores shown
TONES = {
    MoneyPart.ARRIVED: "ok",
    MoneyPart.ON_THE_WAY: "neutral",
    MoneyPart.DUE: "ours",
    MoneyPart.AT_RISK: "bad",
    MoneyPart.ENDED: "closed",
}

Answer = str | tuple[str, int] | Response


@dataclass(frozen=True)
class BarPart:
    """A segment of the bar of promised money."""

    part: MoneyPart
    tone: str
    x: float
    width: float


@programme_pages.get("")
@staff_only
def show() -> str:
    """Show all programmes with their money, places and stages."""
    container = current_container()
    return render_template(
        "programme.html",
        programmes=programme_stats(container),
        today=container.now().astimezone(UTC).date(),
        market_words=market_words,
        bar_of=bar_of,
        tones=TONES,
        parts=MoneyPart,
        states=AwardState,
        due_soon_days=DUE_SOON.days,
    )


def bar_of(money: Money) -> Sequence[BarPart]:
    """Lay out the parts of the money promised side by side; empty where nothing was promised."""
    whole, parts, x = money.promised.amount, [], Decimal()
    for part, total in money.parts:
        if total.amount:
            width = total.amount / whole * BAR_WIDTH
            parts.append(BarPart(part, TONES[part], round(float(x), 2), round(float(width), 2)))
            x += width
    return parts


@programme_pages.get("/<programme_id>/terms")
@staff_only
def terms(programme_id: str) -> str:
    """Show the terms of a programme in words."""
    container = current_container()
    all_terms = list_terms(container)
    terms = find_terms(all_terms, programme_id)
    return render_template(
        "programme_terms.html",
        terms=terms,
        sections=terms_in_words(terms),
        market_words=market_words,
        is_in_force=terms_in_force(container).id == programme_id,
    )


# -- A new programme -----------------------------------------------------------------------------


@programme_pages.get("/load")
@operators_only
def load() -> str:
    """Show the form that loads a new programme."""
    return _load_page()


@programme_pages.post("/load")
@operators_only
def load_file() -> Answer:
    """Preview what a programme file changes; load it when `do=load` and the preview still holds."""
    text = ""
    try:
        text = _read_text()
        loaded = _load(text, dry_run=True)
        token = preview_token({"text": text}, loaded.before.id, loaded.changes)
        if request.form.get("do") != "load":
            return _load_page(text=text, loaded=loaded, token=token)
        if not was_previewed(token):
            return _load_page(text=text, loaded=loaded, token=token, refused=CHANGED), 409
        _load(text, dry_run=False)
    except (InputError, Refused) as error:
        status = 400 if isinstance(error, InputError) else 409
        return _load_page(text=text, refused=str(error)), status
    return redirect(url_for("programme.terms", programme_id=loaded.terms.id, loaded="yes"))


def _read_text() -> str:
    """Read the uploaded file, or else the text field of the form. Raises InputError.

    Browsers send line ends as CRLF: they become LF, so that a file checked is the same when it comes back.
    """
    upload = request.files.get("file")
    body = upload.read() if upload else request.form.get("text", "").encode()
    return decode_programme(body).replace("\r\n", "\n")


def _load(text: str, *, dry_run: bool) -> LoadedProgramme:
    return load_terms(current_container(), text, actor=g.person.email, dry_run=dry_run)


def _load_page(
    *, text: str = "", loaded: LoadedProgramme | None = None, token: str = "", refused: str = ""
) -> str:
    container = current_container()
    return render_template(
        "programme_load.html",
        current=terms_in_force(container),
        text=text,
        loaded=loaded,
        token=token,
        sections=terms_in_words(loaded.terms) if loaded else (),
        market_words=market_words,
        refused=refused,
    )


# -- Stores waiting for a place --------------------------------------------------------------------


@programme_pages.get("/<programme_id>/waiting")
@staff_only
def waiting(programme_id: str) -> str:
    """Show the stores that wait for a place in a programme."""
    return _waiting_page(programme_id)


@programme_pages.post("/<programme_id>/waiting")
@operators_only
def admit(programme_id: str) -> Answer:
    """Preview admitting the selected stores; admit them when `do=admit` and the preview still holds."""
    store_ids = request.form.getlist("store")
    try:
        admission = _admit(store_ids, dry_run=True)
        token = _token(admission)
        if request.form.get("do") != "admit":
            return _waiting_page(programme_id, admission=admission, token=token)
        if not was_previewed(token):
            return _waiting_page(programme_id, admission=admission, token=token, refused=CHANGED), 409
        admission = _admit(store_ids, dry_run=False)
    except (InputError, NotFound) as error:
        refusal = "Select at least one store." if not store_ids else str(error)
        return _waiting_page(programme_id, refused=refusal), 400
    return redirect(
        url_for("programme.waiting", programme_id=programme_id, admitted=len(admission.admitted)), 303
    )


def _admit(store_ids: Sequence[str], *, dry_run: bool) -> Admission:
    container = current_container()
    return admit_stores(container, store_ids, actor=g.person.email, dry_run=dry_run)


def _token(admission: Admission) -> str:
    stores = ([store.id for store in admission.admitted], [store.id for store in admission.before])
    return preview_token({}, *stores, admission.given_before, admission.given_after, admission.capacity)


def _waiting_page(
    programme_id: str, *, admission: Admission | None = None, token: str = "", refused: str = ""
) -> str:
    container = current_container()
    all_terms = list_terms(container)
    terms = find_terms(all_terms, programme_id)
    return render_template(
        "programme_waiting.html",
        line=waiting_line(container.database, terms, MOST_IN_LINE),
        admission=admission,
        token=token,
        refused=refused,
    )
