"""/api/v1/admin/links: what `links` does on the command line."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, Regexp

from receiver.container import current_container
from receiver.services.stores.links import add_link, link_row, page_of_links, remove_link
from receiver.services.stores.revoke_consent import preview_revocation, revoke_consent
from receiver.services.validation import LONGEST
from receiver.tiktok_ids import ACCOUNT_ID, SHAPE
from receiver.web.api.admin.blueprint import AdminBlueprint, Moment, NumberedPage, page_document, page_schema
from receiver.web.api.schemas import MAYBE, RefusalSchema

links_api = AdminBlueprint("links", "Links between stores and ad accounts")


class LinkArguments(NumberedPage):
    """A page of links, and their filters."""

    store = fields.String(validate=Length(min=1, max=200), metadata={"description": "A store's id."})


class LinkSchema(Schema):
    """A store's link to an ad account."""

    id = fields.Integer(required=True)
    store = fields.String(required=True)
    advertiser_id = fields.String(required=True)
    linked_at = Moment(required=True, **MAYBE)
    exact = fields.Boolean(required=True, **MAYBE)
    consent = fields.Boolean(required=True, **MAYBE)
    scopes = fields.List(fields.Integer(), required=True, **MAYBE)
    ended_at = Moment(required=True, **MAYBE)


class NewLinkSchema(Schema):
    """An ad account and its advertiser's consent."""

    store = fields.String(required=True, validate=Length(min=1, max=200))
    advertiser = fields.String(required=True, validate=Regexp(rf"{ACCOUNT_ID.pattern}\Z", error=SHAPE))
    token = fields.String(required=True, validate=Length(min=1, max=1000))
    linked_at = Moment(metadata={"description": "When it was linked, where staff know it with evidence."})


class RevokeSchema(Schema):
    """The reason, and whether other stores of the consent are included."""

    reason = fields.String(required=True, validate=Length(min=1, max=LONGEST))
    with_others = fields.Boolean(
        load_default=False, metadata={"description": "Also where the same consent serves other stores."}
    )
    dry_run = fields.Boolean(load_default=False)


class StoreEffectSchema(Schema):
    """The changes for a store that the consent serves."""

    store = fields.String(required=True)
    name = fields.String(required=True)
    changes = fields.List(fields.Dict(), required=True)


class RevokedSchema(Schema):
    """All links that a consent served, and what changes for their stores; no links in a dry run."""

    links = fields.List(fields.Nested(LinkSchema), required=True)
    saved = fields.Boolean(required=True)
    effect = fields.List(fields.Nested(StoreEffectSchema), required=True)


@links_api.route("/links")
class LinksView(MethodView):
    """The list of links."""

    @links_api.arguments(LinkArguments, location="query")
    @links_api.response(200, page_schema(LinkSchema, "LinkPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List a store's links, the newest first, ended ones included."""
        page = page_of_links(
            current_container().database,
            arguments.get("store"),
            after=arguments.get("after"),
            limit=arguments["limit"],
        )
        return page_document(page.show(link_row))

    @links_api.arguments(NewLinkSchema)
    @links_api.response(201, LinkSchema)
    @links_api.alt_response(404, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Link an ad account, or add the consent to the link that the store claimed. Idempotent."""
        container = current_container()
        link = add_link(
            container,
            store_id=body["store"],
            advertiser_id=body["advertiser"],
            token=body["token"],
            linked_at=body.get("linked_at"),
            actor=g.person.email,
        )
        return link_row(link)


@links_api.route("/links/<store_id>/remove")
class RemoveLinkView(MethodView):
    """The end of a link."""

    @links_api.response(200, LinkSchema)
    @links_api.alt_response(404, schema=RefusalSchema)
    def post(self, store_id: str) -> dict[str, Any]:
        """End the store's link and forget its token."""
        container = current_container()
        link = remove_link(container, store_id=store_id, actor=g.person.email)
        return link_row(link)


@links_api.route("/links/<store_id>/revoke")
class RevokeView(MethodView):
    """A consent given back."""

    @links_api.arguments(RevokeSchema)
    @links_api.response(200, RevokedSchema)
    @links_api.alt_response(404, schema=RefusalSchema)
    @links_api.alt_response(409, schema=RefusalSchema)
    @links_api.alt_response(502, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Give the consent back to TikTok; the link stays, unread until consent is given again."""
        container, dry_run = current_container(), body.pop("dry_run")
        effect = [change.row for change in preview_revocation(container, store_id)]
        served = (
            [] if dry_run else revoke_consent(container.for_request(), store_id, **body, actor=g.person.email)
        )
        return {"links": [link_row(link) for link in served], "saved": not dry_run, "effect": effect}
