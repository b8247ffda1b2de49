"""The console for staff under /admin/: server-rendered, usable without its one script."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Flask

from receiver.domain.sign_in import SESSION_IDLE
from receiver.home import COMMAND
from receiver.settings import Settings
from receiver.web.admin.access import access_pages
from receiver.web.admin.account import account_pages
from receiver.web.admin.audit import audit_pages
from receiver.web.admin.award_issue import award_issue_pages
from receiver.web.admin.awards import award_pages
from receiver.web.admin.claims import claim_pages
from receiver.web.admin.deliveries import delivery_pages
from receiver.web.admin.facts import fact_pages
from receiver.web.admin.filters import ago, day, money, plain, sentence, tone, when
from receiver.web.admin.merchant_view import merchant_views
from receiver.web.admin.overview import overview_pages
from receiver.web.admin.problems import problem_pages
from receiver.web.admin.programme import programme_pages
from receiver.web.admin.rejections import rejection_pages
from receiver.web.admin.replays import replay_pages
from receiver.web.admin.reviews import review_pages
from receiver.web.admin.search import search_pages
from receiver.web.admin.sequence import sequence_pages
from receiver.web.admin.sign_in import sign_in_pages
from receiver.web.admin.store_actions import store_actions
from receiver.web.admin.store_secret import store_secret_pages
from receiver.web.admin.stores import store_pages
from receiver.web.admin.team import team_pages
from receiver.web.admin.timeline import timeline_pages
from receiver.web.admin.worker_bar import WorkerWatch

# The links of the bar at the top: endpoint and label, in the order of use.
NAVIGATION = (
    ("console_overview.show", "Overview"),
    ("problems.show", "Problems"),
    ("stores.show", "Stores"),
    ("deliveries.show", "Deliveries"),
    ("awards.show", "Awards"),
    ("console_reviews.show", "Reviews"),
    ("programme.show", "Programme"),
    ("timeline.show", "Timeline"),
    ("audit.show", "Audit"),
    ("team.show", "Team"),
)
BAR = "console_bar"  # the app's extension that lists further templates of the bar


# Serves the style sheet, the icon and the templates that all pages of the console share.
console = Blueprint(
    "console",
    __name__,
    url_prefix="/admin",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)

BLUEPRINTS = (
    console,
    sign_in_pages,
    account_pages,
    audit_pages,
    award_pages,
    award_issue_pages,
    review_pages,
    problem_pages,
    programme_pages,
    delivery_pages,
    replay_pages,
    rejection_pages,
    overview_pages,
    timeline_pages,
    search_pages,
    store_pages,
    store_actions,
    fact_pages,
    access_pages,
    merchant_views,
    store_secret_pages,
    claim_pages,
    team_pages,
    sequence_pages,
)


def register(app: Flask, settings: Settings) -> None:
    """Set up the console: cookies, template filters and globals, and all its blueprints."""
    _configure_cookies(app, settings)
    app.jinja_env.filters.update(
        plain=plain, money=money, when=when, ago=ago, day=day, tone=tone, sentence=sentence
    )
    app.extensions[BAR] = []
    app.jinja_env.globals.update(
        command=COMMAND,
        navigation=NAVIGATION,
        bar_parts=app.extensions[BAR],
        worker_silence=WorkerWatch(),
    )
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)


def add_to_bar(app: Flask, template: str) -> None:
    """Show a template in the bar at the top of every page of the console."""
    app.extensions[BAR].append(template)


def _configure_cookies(app: Flask, settings: Settings) -> None:
    """Set up the session cookie: signed with the first secret key, verified with the others too."""
    keys = [_cookie_key(key) for key in settings.secret_keys]
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SESSION_COOKIE_NAME="console",
        SESSION_COOKIE_PATH="/admin",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        PERMANENT_SESSION_LIFETIME=SESSION_IDLE,  # each response renews it
    )


def _cookie_key(key: str) -> bytes:
    """Derive the key of the cookies, so that one use of SECRET_KEYS says nothing about the other."""
    return hashlib.sha256(b"console cookie\0" + key.encode()).digest()
