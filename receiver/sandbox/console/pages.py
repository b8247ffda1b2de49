"""The page of the sandbox: its clock, with buttons to move it, and TikTok's faults as switches."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.errors import InputError, Refused
from receiver.logs import get_logger
from receiver.sandbox.clock.moves import parse_span
from receiver.sandbox.console.current import current_controls
from receiver.sandbox.tiktok.faults import USUAL_EFFECT, WORDS, Fault
from receiver.services.polling.spend import known_accounts
from receiver.web.admin import add_to_bar
from receiver.web.admin.sign_in import operators_only

STEPS = {"+1h": "+1 hour", "+1d": "+1 day", "+7d": "+7 days", "+30d": "+30 days"}

log = get_logger(__name__)

sandbox_pages = Blueprint("sandbox", __name__, url_prefix="/admin/sandbox", template_folder="templates")


def register(app: Flask) -> None:
    """Put the page on an app that has the console, and the sandbox's time on the bar of every page."""
    app.register_blueprint(sandbox_pages)
    add_to_bar(app, "sandbox_bar.html")


@sandbox_pages.app_context_processor
def _for_templates() -> dict[str, object]:
    return {"sandbox_now": current_container().now()}


@sandbox_pages.get("")
@operators_only
def show() -> str:
    """Show the clock, its last move and the faults."""
    controls = current_controls()
    destination, latest = controls.moves.destination(), controls.moves.latest()
    accounts = known_accounts(current_container().database)
    return render_template(
        "sandbox.html",
        steps=STEPS,
        ahead=controls.clock.ahead,
        destination=destination,
        move=latest if destination is None or (latest and latest.end == destination) else None,
        is_served=controls.moves.is_served(),
        faults=WORDS,
        usual_effect=USUAL_EFFECT,
        active_faults=controls.faults.list_active(),
        accounts=accounts,
        names=dict(accounts),
        advertiser=request.args.get("advertiser", ""),
    )


@sandbox_pages.post("/clock")
@operators_only
def move_clock() -> Response:
    """Request a move of the clock, and redirect to the page, which shows how far it is.

    A refused request is ignored: the page says that a move is under way, or that nothing carries it out.
    """
    by = request.form.get("by", "")
    with suppress(Refused):
        until = current_controls().moves.request(current_container().now(), parse_span(by))
        log.info("sandbox clock moved", by=by, until=until.isoformat(), actor=g.person.email)
    return redirect(url_for("sandbox.show"))


@sandbox_pages.post("/faults/on")
@operators_only
def switch_on() -> Response:
    """Switch a fault on, for one ad account or for all."""
    fault, advertiser = _form_fault(), request.form.get("advertiser", "")
    current_controls().faults.on(fault, advertiser)
    log.info("sandbox fault on", fault=fault, advertiser_id=advertiser, actor=g.person.email)
    return redirect(url_for("sandbox.show", advertiser=advertiser or None))


@sandbox_pages.post("/faults/off")
@operators_only
def switch_off() -> Response:
    """Switch a fault off as it was switched on, for one ad account or for all."""
    fault, advertiser = _form_fault(), request.form.get("advertiser", "")
    current_controls().faults.off(fault, advertiser)
    log.info("sandbox fault off", fault=fault, advertiser_id=advertiser, actor=g.person.email)
    return redirect(url_for("sandbox.show"))


def _form_fault() -> Fault:
    try:
        return Fault(request.form.get("fault", ""))
    except ValueError as error:
        raise InputError("there is no such fault") from error
