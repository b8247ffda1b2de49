"""The identity of stores in the admin API: moves, claims, and merging of merchants."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields

from receiver.container import current_container
from receiver.services.connections.claims import dismiss_claim, page_of_claims
from receiver.services.connections.move_store import move_store
from receiver.services.decisions.preview import run_with_preview
from receiver.services.stores.likeness import keep_apart, page_of_suggestions
from receiver.services.stores.merge import Merged, merge_merchants
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    Moment,
    NumberedPage,
    PageArguments,
    page_document,
    page_schema,
)
from receiver.web.api.admin.store_schemas import WORDS, ClaimSchema, StoreReasonSchema, SuggestionSchema
from receiver.web.api.schemas import RefusalSchema

identity_api = AdminBlueprint(
    "store_identity", "Stores: moved, claimed, and their merchants merged or kept apart"
)


class StoreSuggestionSchema(SuggestionSchema):
    """A suggestion that stops the award of `store` until it is answered."""

    store = fields.String(required=True)
    store_name = fields.String(required=True)
    since = Moment(required=True)


class ApartSchema(Schema):
    """Another store, of another merchant, and the reason."""

    other = fields.String(**WORDS)
    reason = fields.String(**WORDS)


class KeptApartSchema(ApartSchema):
    """The answer, with who gave it first and when."""

    store = fields.String(required=True)
    by = fields.String(required=True)
    at = Moment(required=True)


class ListedClaimSchema(ClaimSchema):
    """A claim in the list."""

    store_name = fields.String(required=True)


class MergeSchema(Schema):
    """The store whose merchant stays, the reason and the evidence."""

    into = fields.String(**WORDS, metadata={"description": "A store of the merchant that stays."})
    reason = fields.String(**WORDS)
    evidence = fields.String(**WORDS)
    dry_run = fields.Boolean(load_default=False)


class MoveSchema(Schema):
    """The new address, and the reason."""

    url = fields.String(**WORDS, metadata={"example": "https://shop.example/"})
    reason = fields.String(**WORDS)
    dry_run = fields.Boolean(load_default=False)


class MovedSchema(Schema):
    """The store's addresses before and after, and what changed for it."""

    id = fields.String(required=True)
    old_url = fields.String(required=True)
    url = fields.String(required=True)
    messages_replayed = fields.Integer(
        required=True, metadata={"description": "Held until now because they name the new address."}
    )
    saved = fields.Boolean(required=True)
    effect = fields.List(fields.Dict(), required=True)


class MergedStoreSchema(Schema):
    """A store of the merged merchant."""

    id = fields.String(required=True)
    stage = fields.String(required=True)
    effect = fields.List(fields.Dict(), required=True)


class MergedSchema(Schema):
    """The merchant that stays, and what changed for each of its stores."""

    merchant = fields.String(required=True)
    stores = fields.List(fields.Nested(MergedStoreSchema), required=True)
    placed = fields.List(
        fields.String(), required=True, metadata={"description": "Stores that a place became free for."}
    )


@identity_api.route("/stores/<store_id>/move")
class MoveView(MethodView):
    """The move of a store to another address."""

    @identity_api.arguments(MoveSchema)
    @identity_api.response(200, MovedSchema)
    @identity_api.alt_response(404, schema=RefusalSchema)
    @identity_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Move a store to another address, with its keys, webhook addresses, history and awards.

        The old address ends. With `dry_run`, only return what would change.
        """
        container, actor, dry_run = current_container(), g.person.email, body.pop("dry_run")
        effect = run_with_preview(
            container,
            store_id,
            lambda context: move_store(context, store_id, **body, actor=actor),
            dry_run=dry_run,
        )
        return {**effect.answer, "saved": not dry_run, "effect": effect.changes}


@identity_api.route("/claims")
class ClaimsView(MethodView):
    """Claims of identity that were not believed."""

    @identity_api.arguments(NumberedPage, location="query")
    @identity_api.response(200, page_schema(ListedClaimSchema, "ClaimPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List address claims, the newest first.

        These are shops that claim to be a known store, and stores that name another address.
        """
        page = page_of_claims(
            current_container().database, after=arguments.get("after"), limit=arguments["limit"]
        )
        return page_document(page)


@identity_api.route("/claims/<int:claim_id>/dismiss")
class DismissClaimView(MethodView):
    """The dismissal of a claim."""

    @identity_api.arguments(StoreReasonSchema)
    @identity_api.response(200, ClaimSchema)
    @identity_api.alt_response(404, schema=RefusalSchema)
    def post(self, body: dict[str, Any], claim_id: int) -> dict[str, Any]:
        """Dismiss an address claim; made again, it is listed again."""
        container = current_container()
        return dismiss_claim(container, claim_id, **body, actor=g.person.email)


@identity_api.route("/stores/<store_id>/merge")
class MergeView(MethodView):
    """The merge of two merchants."""

    @identity_api.arguments(MergeSchema)
    @identity_api.response(200, MergedSchema)
    @identity_api.alt_response(404, schema=RefusalSchema)
    @identity_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Merge the store's merchant into another store's merchant, with all its stores.

        With `dry_run`, only return what would change.
        """
        actor = g.person.email
        return _merge_document(merge_merchants(current_container(), store_id, **body, actor=actor))


@identity_api.route("/stores/<store_id>/keep-apart")
class KeepApartView(MethodView):
    """Two stores of different merchants."""

    @identity_api.arguments(ApartSchema)
    @identity_api.response(200, KeptApartSchema)
    @identity_api.alt_response(404, schema=RefusalSchema)
    @identity_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Record that two stores have different merchants, so that neither blocks the other's award.

        Idempotent.
        """
        container, now = current_container(), current_container().now()
        return keep_apart(container.at(now), store_id, **body, actor=g.person.email)


@identity_api.route("/merge-suggestions")
class SuggestionsView(MethodView):
    """Suggestions of stores that may have one merchant."""

    @identity_api.arguments(PageArguments, location="query")
    @identity_api.response(200, page_schema(StoreSuggestionSchema, "SuggestionPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List suggested merges, which block an award until staff merge the stores or keep them apart.

        `limit` counts stores.
        """
        return page_document(
            page_of_suggestions(
                current_container().database, after=arguments.get("after"), limit=arguments["limit"]
            )
        )


def _merge_document(merged: Merged) -> dict[str, Any]:
    stores = [
        {"id": store.store, "stage": store.after.stage.value, "effect": store.changes}
        for store in merged.stores
    ]
    return {"merchant": merged.merchant, "stores": stores, "placed": merged.placed}
