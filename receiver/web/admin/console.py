"""The style sheet and the icon that all pages of the console share."""

from __future__ import annotations

from flask import Blueprint

console = Blueprint(
    "console",
    __name__,
    url_prefix="/admin",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
