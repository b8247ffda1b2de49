"""The pages under /connect/ that take a merchant through TikTok's consent: server-rendered, no script."""

from __future__ import annotations

from flask import Flask

from receiver.web.connect.tiktok import consent_pages


def register(app: Flask) -> None:
    app.register_blueprint(consent_pages)
