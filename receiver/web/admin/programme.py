"""The programmes: terms, places, stages and what was awarded."""

from __future__ import annotations

from datetime import UTC

from flask import Blueprint, render_template

from receiver.container import current_container
from receiver.domain.awards import AwardState
from receiver.services.programmes.statistics import programme_stats
from receiver.web.admin.sign_in import staff_only

programme_pages = Blueprint("programme", __name__, url_prefix="/admin/programme", template_folder="templates")


@programme_pages.get("")
@staff_only
def show() -> str:
    container = current_container()
    return render_template(
        "programme.html",
        standings=programme_stats(container.database, container.now(), container.settings.programme),
        today=container.now().astimezone(UTC).date(),
        states=AwardState,
    )
