"""Pages of replays: a preview before the start, the progress, the end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.domain.deliveries import DeliveryFilters
from receiver.domain.replays import DEFAULT_RATE, ReplayState
from receiver.errors import InputError
from receiver.paging import Page
from receiver.services.deliveries.replay import (
    HIGHEST_RATE,
    MOST_IDS,
    ReplayProgress,
    cancel,
    page_of_replays,
    page_of_results,
    preview,
    progress,
    start,
)
from receiver.services.operations.readiness import lacks_worker
from receiver.web.admin.delivery_filters import filters_in, read_filters
from receiver.web.admin.filters import refusal
from receiver.web.admin.sign_in import operators_only, staff_only

replay_pages = Blueprint("replays", __name__, url_prefix="/admin/replays", template_folder="templates")

PAGE = 50
RENEW_SECONDS = 2
FILTER_LABELS = {
    "failed_in": "failed in replay",
    "delivery": "delivery id",
}  # filters, where their names do not say it


@replay_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    """List the replays, newest first."""
    try:
        page = page_of_replays(current_container().database, after=request.args.get("after"), limit=PAGE)
    except InputError as error:
        return render_template("replays.html", page=Page(), refused=str(error)), 400
    return render_template("replays.html", page=page, words=words)


@replay_pages.get("/new")
@operators_only
def new() -> str | tuple[str, int]:
    """Preview a replay of the deliveries named in the address; nothing is changed."""
    return _new_page(request.args)


@replay_pages.post("")
@operators_only
def begin() -> Response | str | tuple[str, int]:
    """Start a replay and lead to its page."""
    container, form = current_container(), request.form
    try:
        replay = start(
            container,
            _filters(form),
            actor=g.person.email,
            reason=form.get("reason", ""),
            rate=_rate(form.get("rate", "")),
        )
    except InputError as error:
        return _new_page(form, refused=refusal(error))
    return redirect(url_for("replays.replay", replay_id=replay.id))


@replay_pages.get("/<int:replay_id>")
@staff_only
def replay(replay_id: int) -> Response:
    """Show a replay and its results.

    While it runs the page reloads itself, except on later pages of results or with `still` in the address.
    """
    container, after = current_container(), request.args.get("after")
    replay = progress(container.database, replay_id)
    runs = replay.state == ReplayState.RUNNING
    renews = runs and not after and "still" not in request.args
    answer = make_response(
        render_template(
            "replay.html",
            replay=replay,
            page=page_of_results(container.database, replay_id, after=after, limit=PAGE),
            runs=runs,
            renew_seconds=RENEW_SECONDS if renews else None,
            waits_for_a_worker=runs and lacks_worker(container),
            words=words,
        )
    )
    if renews:
        answer.headers["Refresh"] = str(RENEW_SECONDS)
    return answer


@replay_pages.post("/<int:replay_id>/cancel")
@operators_only
def end(replay_id: int) -> Response:
    """Cancel a replay."""
    container = current_container()
    cancel(container, replay_id, actor=g.person.email)
    return redirect(url_for("replays.replay", replay_id=replay_id))


def _new_page(form: MultiDict[str, str], refused: str = "") -> str | tuple[str, int]:
    """Render the form of a replay with its preview, or with what was wrong in it."""
    container, counts = current_container(), None
    try:
        counts = preview(container, _filters(form))
    except InputError as error:
        refused = refused or refusal(error)
    html = render_template(
        "replay_new.html",
        counts=counts,
        form_values={**filters_in(form), "ids": form.getlist("ids")},
        reason=form.get("reason", ""),
        rate=form.get("rate", DEFAULT_RATE),
        highest_rate=HIGHEST_RATE,
        refused=refused,
    )
    return (html, 400) if refused else html


def _filters(form: MultiDict[str, str]) -> DeliveryFilters:
    """Read the ids of deliveries selected one by one, or else the filters. Raises InputError."""
    ids, filters = form.getlist("ids"), filters_in(form)
    if not ids and not filters:
        raise InputError("Select at least one delivery.")
    if not ids:
        return read_filters(filters)
    if len(ids) > MOST_IDS or not all(item.isascii() and item.isdecimal() and len(item) < 19 for item in ids):
        raise InputError(f"must be at most {MOST_IDS:,} numbers of deliveries", path="ids")
    return DeliveryFilters(ids=tuple(dict.fromkeys(map(int, ids))))


def _rate(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise InputError(f"must be 1 to {HIGHEST_RATE:,} deliveries a second", path="rate")
    return int(text)


def words(replay: ReplayProgress) -> str:
    """Return a replay's filters in words: "state dead, since …"."""
    filters: dict[str, Any] = dict(replay.filters)
    ids = filters.pop("ids", None)
    if ids is not None:
        return f"delivery {ids[0]}" if len(ids) == 1 else f"{len(ids)} deliveries selected one by one"
    stores = [replay.store_names.get(store, store) for store in filters.pop("stores", [])]
    if "store" in filters:
        filters["store"] = replay.store_names.get(filters["store"], filters["store"])
    phrases = [f"{FILTER_LABELS.get(name, name)} {value}" for name, value in filters.items()]
    return ", ".join([*phrases, *([f"stores {', '.join(stores)}"] if stores else [])])
