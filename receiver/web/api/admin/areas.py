"""The parts of the API for staff. To import them takes 6 MB."""

from __future__ import annotations

from flask_smorest import Api

from receiver.web.api.admin.audit import audit_api
from receiver.web.api.admin.awards import awards_api
from receiver.web.api.admin.decisions import decisions_api
from receiver.web.api.admin.deliveries import deliveries_api
from receiver.web.api.admin.facts import facts_api
from receiver.web.api.admin.links import links_api
from receiver.web.api.admin.operations import operations_api
from receiver.web.api.admin.overview import overview_api
from receiver.web.api.admin.problems import problems_api
from receiver.web.api.admin.programmes import programmes_api
from receiver.web.api.admin.rejections import rejections_api
from receiver.web.api.admin.replays import replays_api
from receiver.web.api.admin.reviews import admin_reviews_api
from receiver.web.api.admin.search import search_api
from receiver.web.api.admin.secret_keys import secret_keys_api
from receiver.web.api.admin.spend import spend_api
from receiver.web.api.admin.staff import staff_api
from receiver.web.api.admin.store_identity import identity_api
from receiver.web.api.admin.stores import stores_api
from receiver.web.api.admin.timeline import timeline_api

AREAS = (
    staff_api,
    audit_api,
    awards_api,
    admin_reviews_api,
    overview_api,
    programmes_api,
    timeline_api,
    search_api,
    stores_api,
    identity_api,
    links_api,
    facts_api,
    decisions_api,
    spend_api,
    deliveries_api,
    replays_api,
    problems_api,
    rejections_api,
    operations_api,
    secret_keys_api,
)


def register(api: Api) -> None:
    """Add the views of every area to the API."""
    api.spec.components.security_scheme(
        "staffToken",
        {"type": "http", "scheme": "bearer", "description": "Made on the console's page /admin/account."},
    )
    for area in AREAS:
        api.register_blueprint(area)
