"""The first page: merchants connect a store, staff sign in. It names no store, whoever asks."""

from __future__ import annotations

from flask import Blueprint, render_template

from receiver.container import current_container
from receiver.i18n.languages import language_tag, reader_locale
from receiver.i18n.words import connect_labels
from receiver.services.connections.connect import ConnectionStatus
from receiver.services.connections.unfinished import find_unfinished
from receiver.web.api.language import accepted_languages
from receiver.web.connect.browser import known_browser

home_page = Blueprint("home", __name__)


@home_page.get("/")
def show() -> str:
    """Show the page; the database is asked only for a browser in which something was begun here."""
    locale = reader_locale(accepted_languages())
    return render_template(
        "connect/home.html",
        unfinished=_unfinished(),
        label=connect_labels(locale),
        language=language_tag(locale),
    )


def _unfinished() -> ConnectionStatus | None:
    """Return an attempt of this browser's that only waits for it to come back."""
    container, browser = current_container(), known_browser()
    return find_unfinished(container, browser=browser) if browser else None
