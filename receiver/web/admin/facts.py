"""Pages on which an operator records a fact or an override: chosen, answered, previewed, then saved."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.errors import InputError, NotFound, Refused
from receiver.services.decisions.preview import DecisionPreview, run_with_preview
from receiver.services.stores.record_fact import record_staff_fact
from receiver.services.stores.show import show_store
from receiver.web.admin.fact_controls import (
    CONTROLS,
    OVERRIDABLE,
    FactControl,
    find_control,
    override_control,
    posted_value,
    refusal_words,
)
from receiver.web.admin.history_words import recorded_fact_words
from receiver.web.admin.previews import CHANGED, preview_token, was_previewed
from receiver.web.admin.sign_in import operators_only

fact_pages = Blueprint("facts", __name__, url_prefix="/admin/stores", template_folder="templates")

FORM_FIELDS = ("name", "value", "reason", "evidence")


@fact_pages.get("/<store_id>/fact")
@operators_only
def choose(store_id: str) -> str:
    """Show the form of the fact named in the address, or without a name the list of all facts."""
    name, rule = request.args.get("name", ""), request.args.get("rule", "")
    if not name:
        return _choice_page(store_id)
    control = find_control(name, rule)
    if control is None:
        raise NotFound("there is no such fact to record")
    return _fact_page(store_id, control)


@fact_pages.post("/<store_id>/fact")
@operators_only
def record_fact(store_id: str) -> Response | str | tuple[str, int]:
    """Preview recording a fact; record it when `do=record` and the preview still holds."""
    container, form_values = current_container(), {name: request.form.get(name, "") for name in FORM_FIELDS}
    control = find_control(form_values["name"], form_values["value"].partition("=")[0])
    act = partial(
        record_staff_fact,
        store_id=store_id,
        actor=g.person.email,
        name=form_values["name"],
        value=posted_value(form_values["name"], form_values["value"]),
        reason=form_values["reason"],
        evidence=form_values["evidence"],
    )
    try:
        effect = run_with_preview(container, store_id, act, dry_run=True)
        token = preview_token(form_values, effect.outcome)
        if request.form.get("do") != "record":
            return _fact_page(store_id, control, effect=effect, token=token)
        if not was_previewed(token):
            return _fact_page(store_id, control, effect=effect, token=token, refused=CHANGED), 409
        fact = run_with_preview(container, store_id, act).answer
    except (InputError, Refused) as error:
        refused = refusal_words(error, control)
        return _fact_page(store_id, control, refused=refused), 400 if isinstance(error, InputError) else 409
    flash(f"Saved: {recorded_fact_words(fact['name'], fact['value'])}.")
    return redirect(url_for("stores.store", store_id=store_id), 303)


def _choice_page(store_id: str, refused: str = "") -> str:
    return render_template(
        "store_facts.html",
        store=show_store(current_container().database, store_id),
        controls=CONTROLS.values(),
        overrides=[override_control(rule) for rule in OVERRIDABLE],
        refused=refused,
    )


def _fact_page(
    store_id: str,
    control: FactControl | None,
    *,
    effect: DecisionPreview | None = None,
    token: str = "",
    refused: str = "",
) -> str:
    if control is None:
        return _choice_page(store_id, refused)
    return render_template(
        "store_fact.html",
        store=show_store(current_container().database, store_id),
        control=control,
        form_values=request.form,
        effect=effect,
        token=token,
        refused=refused,
    )
