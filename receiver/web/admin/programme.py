"""The programmes: terms, places, stages and what was awarded."""

from __future__ import annotations

from datetime import UTC

from flask import Blueprint, render_template

from receiver.domain.awards import STATES
from receiver.services.running.programme import standings
from receiver.web.admin.sign_in import staff_only
from receiver.wiring import wiring

programme_pages = Blueprint("programme", __name__, url_prefix="/admin/programme", template_folder="templates")


@programme_pages.get("")
@staff_only
def show() -> str:
    parts = wiring()
    return render_template(
        "programme.html",
        standings=standings(parts.database, parts.now(), parts.settings.programme),
        today=parts.now().astimezone(UTC).date(),
        states=STATES,
    )
