"""The pages under /connect: a merchant connects a store, and goes on to TikTok's consent. No script."""

from __future__ import annotations

from flask import Flask

from receiver.web.connect.notices import notices_pages
from receiver.web.connect.shop import shop_pages
from receiver.web.connect.tiktok import consent_pages


def register(app: Flask) -> None:
    """Add the pages for connecting a shop to the app."""
    app.register_blueprint(shop_pages)
    app.register_blueprint(consent_pages)
    app.register_blueprint(notices_pages)
