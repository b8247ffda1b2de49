"""/api/v1/admin/stores: what `stores` does on the command line, and merging merchants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from receiver.container import current_container
from receiver.documents.status import full_document
from receiver.domain.likeness import Likeness
from receiver.domain.platforms import ShopPlatform
from receiver.domain.shop_identity import ClaimReason
from receiver.domain.store_filters import StoreCondition, StoreFilters
from receiver.services.connections.claims import claims_about, dismiss_claim, page_of_claims
from receiver.services.connections.disconnect import erase_store
from receiver.services.connections.errands import ask_look
from receiver.services.connections.move_store import move_store
from receiver.services.connections.rotate import ask_rotation
from receiver.services.connections.show import bridge_shown
from receiver.services.decisions.preview import run_with_preview
from receiver.services.decisions.status import status_of
from receiver.services.deliveries.restart import restart_sequence
from receiver.services.stores import registry
from receiver.services.stores.admit import MOST as MOST_ADMITTED
from receiver.services.stores.admit import admit_stores
from receiver.services.stores.details import LONGEST_SECRET, StoreDetails
from receiver.services.stores.likeness import keep_apart, page_of_suggestions, suggestions_for
from receiver.services.stores.listing import CONDITIONS, STAGES, page_of_stores, store_row
from receiver.services.stores.merge import Merged, merge_merchants
from receiver.services.stores.secret import rotate_or_set
from receiver.services.validation import LONGEST, LONGEST_FILTER
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    Moment,
    NumberedPage,
    PageArguments,
    page_document,
    page_schema,
)
from receiver.web.api.schemas import MAYBE, RefusalSchema, StatusSchema

stores_api = AdminBlueprint("stores", "Stores: found, added, repaired, admitted, merged and disconnected")

TEXT: dict[str, Any] = {"validate": Length(min=1, max=LONGEST_FILTER)}
WORDS: dict[str, Any] = {"required": True, "validate": Length(min=1, max=LONGEST)}
TIME: dict[str, Any] = {"required": True, **MAYBE}


class StoreArguments(PageArguments):
    """A page of stores, and their filters."""

    stage = fields.String(validate=OneOf(STAGES))
    country = fields.String(**TEXT, metadata={"example": "US"})
    condition = fields.String(validate=OneOf(CONDITIONS))
    text = fields.String(**TEXT, metadata={"description": "Part of a name, address or id."})


class StoreBaseSchema(Schema):
    """A store, and the latest that was decided for it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    country = fields.String(required=True, **MAYBE)
    merchant = fields.String(required=True)
    platform = fields.String(required=True, metadata={"enum": list(ShopPlatform)})
    programme = fields.String(required=True)
    joined_at = Moment(required=True)
    stage = fields.String(required=True, **MAYBE)
    verdict = fields.String(required=True, **MAYBE)
    decided_at = Moment(**TIME)
    doubts = fields.List(fields.String(), required=True)


class StoreRowSchema(StoreBaseSchema):
    """A store in the list."""

    progress = fields.Dict(required=True, **MAYBE, metadata={"description": "Its spend, and the tier above."})
    advertiser_id = fields.String(required=True, **MAYBE)
    next_poll = Moment(**TIME)
    conditions = fields.List(fields.String(metadata={"enum": list(StoreCondition)}), required=True)
    troubles = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Ids as of the last decision, most urgent first."},
    )


class WebhookSchema(Schema):
    """A webhook of ours at the store, as it was last seen."""

    topic = fields.String(required=True)
    webhook_id = fields.Integer(required=True, **MAYBE)
    trouble = fields.String(required=True, **MAYBE)
    checked_at = Moment(**TIME)


class ConnectionSchema(Schema):
    """The connection to a store whose keys we hold."""

    connected_at = Moment(**TIME)
    checked_at = Moment(**TIME)
    next_check_at = Moment(**TIME)
    trouble = fields.String(required=True, **MAYBE)
    look_asked_at = Moment(**TIME)
    rotation_asked = fields.Boolean(required=True)
    plugin_has_token_since = Moment(**TIME)
    plugin_missing_since = Moment(**TIME)
    facts_read_at = Moment(**TIME)
    webhooks = fields.List(fields.Nested(WebhookSchema), required=True)


class SuggestionSchema(Schema):
    """A store of another merchant that looks like the same one's."""

    other = fields.String(required=True)
    other_name = fields.String(required=True)
    why = fields.List(fields.String(metadata={"enum": list(Likeness)}), required=True)
    holds_award = fields.Boolean(required=True)


class StoreSuggestionSchema(SuggestionSchema):
    """A suggestion that stops the award of `store` until it is answered."""

    store = fields.String(required=True)
    store_name = fields.String(required=True)
    since = Moment(required=True)


class ApartSchema(Schema):
    """That another store is of another merchant."""

    other = fields.String(**WORDS)
    reason = fields.String(**WORDS)


class KeptApartSchema(ApartSchema):
    """The answer as it was given first."""

    store = fields.String(required=True)
    by = fields.String(required=True)
    at = Moment(required=True)


class MoveEvidenceSchema(Schema):
    """Evidence for a move to the address of a claim; null: nobody has looked."""

    redirects = fields.Boolean(
        required=True, metadata={"description": "The store's address leads there for good."}
    )
    trouble = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it did not open there with the store's keys."},
    )
    same_uuid = fields.Boolean(required=True, allow_none=True)
    is_home = fields.Boolean(
        required=True, allow_none=True, metadata={"description": "The shop there calls it its home."}
    )


class ClaimSchema(Schema):
    """A claim to be a store, or to be elsewhere, that was not believed; no keys are kept."""

    id = fields.Integer(required=True)
    store = fields.String(required=True, metadata={"description": "The known store it is about."})
    address = fields.String(required=True)
    why = fields.String(required=True, metadata={"enum": list(ClaimReason)})
    uuid = fields.String(required=True, **MAYBE)
    home_url = fields.String(required=True, **MAYBE)
    evidence = fields.Nested(MoveEvidenceSchema, required=True, **MAYBE)
    signed = fields.Boolean(
        required=True, metadata={"description": "Messages signed with the store's secret name the address."}
    )
    since = Moment(required=True)
    last_at = Moment(required=True)


class ListedClaimSchema(ClaimSchema):
    """A claim in the list."""

    store_name = fields.String(required=True)


class StoreSchema(StoreBaseSchema):
    """Everything about a store but its secrets."""

    currency = fields.String(required=True, **MAYBE)
    created_at = Moment(required=True)
    admitted_at = Moment(**TIME)
    place_reserved_until = Moment(**TIME)
    disconnected_at = Moment(**TIME)
    installed_at = Moment(**TIME)
    set_up_at = Moment(**TIME)
    removed_at = Moment(**TIME)
    webhook_url = fields.String(required=True)
    may_be_one_merchant = fields.List(fields.String(), required=True)
    merge_suggestions = fields.List(fields.Nested(SuggestionSchema), required=True)
    connection = fields.Nested(ConnectionSchema, required=True, **MAYBE)
    claims = fields.List(fields.Nested(ClaimSchema), required=True)


class NewStoreSchema(Schema):
    """A store to add by hand."""

    url = fields.String(**WORDS, metadata={"example": "https://shop.example/"})
    name = fields.String(**WORDS)
    country = fields.String(**WORDS, metadata={"example": "US"})
    currency = fields.String(**WORDS, metadata={"example": "USD"})
    merchant = fields.String(**TEXT)
    webhook_secret = fields.String(**TEXT)
    joined_at = Moment()
    admit = fields.Boolean(load_default=False)


class AdmitSchema(Schema):
    """Stores to admit."""

    stores = fields.List(
        fields.String(validate=Length(min=1, max=100)),
        required=True,
        validate=Length(min=1, max=MOST_ADMITTED),
    )
    dry_run = fields.Boolean(load_default=False)


class AdmissionSchema(Schema):
    """The stores that got a place, those that had one, and how many merchants have one."""

    admitted = fields.List(fields.String(), required=True)
    before = fields.List(fields.String(), required=True)
    given_before = fields.Integer(required=True)
    given_after = fields.Integer(required=True)
    capacity = fields.Integer(required=True, **MAYBE)
    saved = fields.Boolean(required=True)


class AddedStoreSchema(Schema):
    """Secret and token are told this once."""

    id = fields.String(required=True)
    webhook_url = fields.String(required=True)
    webhook_secret = fields.String(required=True)
    status_token = fields.String(required=True)


class LookAskedSchema(Schema):
    """The request for a check; `look_asked_at` in the store's `connection` is null once it is done."""

    id = fields.String(required=True)
    look_asked_at = Moment(required=True)


class RotationSchema(Schema):
    """The time for which the old secrets verify as well, and the new one, where the shop has it already."""

    overlap_hours = fields.Integer(
        strict=True, load_default=24, validate=Range(min=0, max=registry.LONGEST_OVERLAP)
    )
    webhook_secret = fields.String(
        validate=Length(min=1, max=LONGEST_SECRET),
        load_only=True,
        metadata={"description": "Of a webhook made by hand. Default: a new one, which is told."},
    )
    take_in = fields.Boolean(
        load_default=False, metadata={"description": "Accept from quarantine what verifies then."}
    )
    dry_run = fields.Boolean(
        load_default=False, metadata={"description": "With webhook_secret: change nothing."}
    )


class RotatedSchema(Schema):
    """The secret is that of a webhook made by hand; it is told this once."""

    webhook_url = fields.String(required=True)
    webhook_secret = fields.String(
        required=True, **MAYBE, metadata={"description": "Null where the caller named it."}
    )
    old_valid_until = Moment(required=True)
    asked_at_the_store = fields.Boolean(
        required=True, metadata={"description": "The worker gives those that we made there new ones, too."}
    )
    held = fields.Integer(required=True, metadata={"description": "Calls tried anew in quarantine."})
    accepted = fields.Integer(required=True, metadata={"description": "Of them, those that verified."})
    saved = fields.Boolean(required=True)


class StatusTokenSchema(Schema):
    """Told this once."""

    status_token = fields.String(required=True)


class StoreReasonSchema(Schema):
    """Why."""

    reason = fields.String(**WORDS)


class ErasedSchema(Schema):
    """The rows removed or emptied, by table."""

    erased = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class MergeSchema(Schema):
    """With whose merchant."""

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


class RestartSchema(Schema):
    """The reason to count a store's messages anew."""

    reason = fields.String(**WORDS)
    dry_run = fields.Boolean(load_default=False)


class RestartedSchema(Schema):
    """The numbers before and after, and what changed for the store."""

    class Meta:
        include: ClassVar[dict[str, Any]] = {
            "from": fields.Integer(required=True, allow_none=True, metadata={"description": "The last one."})
        }

    id = fields.String(required=True)
    install_id = fields.String(required=True)
    to = fields.Integer(required=True, metadata={"description": "The first of the new sequence."})
    messages_replayed = fields.Integer(
        required=True, metadata={"description": "Passed over until now for their numbers."}
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


@stores_api.route("/stores")
class StoresView(MethodView):
    """The list of stores."""

    @stores_api.arguments(StoreArguments, location="query")
    @stores_api.response(200, page_schema(StoreRowSchema, "StorePage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The newest first; those that wait, the next in line first. A page may hold fewer than `limit`, or
        none, and have a `next` all the same: one request goes through so many stores only."""
        after, limit = arguments.pop("after", None), arguments.pop("limit")
        container = current_container()
        page = page_of_stores(container.database, StoreFilters(**arguments), after=after, limit=limit)
        return page_document(page)

    @stores_api.arguments(NewStoreSchema)
    @stores_api.response(201, AddedStoreSchema)
    @stores_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Add a store, with an address for a webhook made by hand."""
        container = current_container()
        added = registry.add_store(
            container,
            StoreDetails(body["url"], body["name"], body["country"], body["currency"], body.get("merchant")),
            webhook_secret=body.get("webhook_secret"),
            joined_at=body.get("joined_at"),
            admit=body["admit"],
            programme=container.settings.programme,
            actor=g.person.email,
        )
        return {
            "id": added.id,
            "webhook_url": container.settings.public_url + added.webhook_path,
            "webhook_secret": added.webhook_secret,
            "status_token": added.status_token,
        }


@stores_api.route("/stores/<store_id>")
class StoreView(MethodView):
    """One store."""

    @stores_api.response(200, StoreSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def get(self, store_id: str) -> dict[str, Any]:
        """Everything but its secrets."""
        return _shown(store_id)


@stores_api.route("/stores/<store_id>/status")
class StoreStatusView(MethodView):
    """The status document of a store."""

    @stores_api.response(200, StatusSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def get(self, store_id: str) -> dict[str, Any]:
        """The status document, in English."""
        container = current_container()
        return full_document(
            status_of(container.database, container.now(), store_id),
            for_staff=True,
            contact=container.settings.support_contact or None,
        )


@stores_api.route("/stores/<store_id>/reconcile")
class ReconcileView(MethodView):
    """A look at a connected store."""

    @stores_api.response(202, LookAskedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, store_id: str) -> dict[str, Any]:
        """The worker looks now: facts, webhooks, the plugin; what differs is repaired and recorded."""
        ask_look(current_container().database, current_container().now(), store_id)
        asked_at = bridge_shown(current_container().database, store_id)["look_asked_at"]
        return {"id": store_id, "look_asked_at": asked_at or current_container().now()}


@stores_api.route("/stores/<store_id>/admit")
class AdmitView(MethodView):
    """A place in the offer."""

    @stores_api.response(200, StoreSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, store_id: str) -> dict[str, Any]:
        """Give the store its place, beyond the cap too. Twice is once."""
        registry.admit_store(
            current_container().database, current_container().now(), store_id, actor=g.person.email
        )
        return _shown(store_id)


@stores_api.route("/stores/admit")
class AdmitManyView(MethodView):
    """Places in the offer, many at once."""

    @stores_api.arguments(AdmitSchema)
    @stores_api.response(200, AdmissionSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Give these stores of one programme their places, beyond its cap too: all of them or none."""
        container = current_container()
        admission = admit_stores(
            container.database,
            container.now(),
            body["stores"],
            actor=g.person.email,
            dry_run=body["dry_run"],
        )
        return {
            "admitted": [store.id for store in admission.admitted],
            "before": [store.id for store in admission.before],
            "given_before": admission.given_before,
            "given_after": admission.given_after,
            "capacity": admission.capacity,
            "saved": not body["dry_run"],
        }


@stores_api.route("/stores/<store_id>/rotate-secret")
class RotateSecretView(MethodView):
    """New signing secrets."""

    @stores_api.arguments(RotationSchema)
    @stores_api.response(200, RotatedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """At a connected store too; the old ones verify until the overlap is over."""
        container, now = current_container(), current_container().now()
        hours, actor = body["overlap_hours"], g.person.email
        rotated = rotate_or_set(
            container,
            store_id,
            webhook_secret=body.get("webhook_secret"),
            actor=actor,
            overlap_hours=hours,
            release=body["take_in"],
            dry_run=body["dry_run"],
        )
        asked = not body["dry_run"] and ask_rotation(
            container.database, now, store_id, overlap_hours=hours, actor=actor
        )
        return {
            "webhook_url": container.settings.public_url + registry.webhook_path(store_id),
            "webhook_secret": rotated.new_secret,
            "old_valid_until": now + timedelta(hours=hours),
            "asked_at_the_store": asked,
            "held": rotated.held,
            "accepted": rotated.accepted,
            "saved": not body["dry_run"],
        }


@stores_api.route("/stores/<store_id>/rotate-token")
class RotateTokenView(MethodView):
    """A new status token."""

    @stores_api.response(200, StatusTokenSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, store_id: str) -> dict[str, Any]:
        """The old one stops working at once."""
        token = registry.rotate_token(
            current_container().database, current_container().now(), store_id, actor=g.person.email
        )
        return {"status_token": token}


@stores_api.route("/stores/<store_id>/disconnect")
class DisconnectView(MethodView):
    """The end of all that passes between us and a store."""

    @stores_api.arguments(StoreReasonSchema)
    @stores_api.response(200, StoreSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Decisions and awards stay; the worker deletes our webhooks there. Twice is once."""
        container, actor = current_container(), g.person.email
        registry.disconnect_store(container.database, container.now(), store_id, **body, actor=actor)
        return _shown(store_id)


@stores_api.route("/stores/<store_id>/erase")
class EraseView(MethodView):
    """The personal data of a store that left."""

    @stores_api.arguments(StoreReasonSchema)
    @stores_api.response(200, ErasedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    @stores_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Cannot be taken back. Decisions and awards stay."""
        return {
            "erased": erase_store(
                current_container().database,
                current_container().now(),
                store_id,
                **body,
                actor=g.person.email,
            )
        }


@stores_api.route("/stores/<store_id>/move")
class MoveView(MethodView):
    """Another address."""

    @stores_api.arguments(MoveSchema)
    @stores_api.response(200, MovedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    @stores_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Keys, webhook addresses, history and awards go with the store, and the old address ends. With
        `dry_run`, it is only told what would change."""
        container, actor, dry_run = current_container(), g.person.email, body.pop("dry_run")
        effect = run_with_preview(
            container.database,
            container.now(),
            store_id,
            lambda database: move_store(database, container.now(), store_id, **body, actor=actor),
            dry_run=dry_run,
        )
        return {**effect.answer, "saved": not dry_run, "effect": effect.changes}


@stores_api.route("/stores/<store_id>/restart-sequence")
class RestartSequenceView(MethodView):
    """Messages that count from an earlier number."""

    @stores_api.arguments(RestartSchema)
    @stores_api.response(200, RestartedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    @stores_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """The store counts anew, as after a restored backup, and what was passed over is processed again.
        With `dry_run`, it is only told what would change."""
        container, actor, dry_run = current_container(), g.person.email, body.pop("dry_run")
        effect = run_with_preview(
            container.database,
            container.now(),
            store_id,
            lambda database: restart_sequence(database, container.now(), store_id, **body, actor=actor),
            dry_run=dry_run,
        )
        return {**effect.answer, "saved": not dry_run, "effect": effect.changes}


@stores_api.route("/claims")
class ClaimsView(MethodView):
    """Claims of identity that were not believed."""

    @stores_api.arguments(NumberedPage, location="query")
    @stores_api.response(200, page_schema(ListedClaimSchema, "ClaimPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The newest first: shops that claim to be a known store, and stores that name another address."""
        page = page_of_claims(
            current_container().database, after=arguments.get("after"), limit=arguments["limit"]
        )
        return page_document(page)


@stores_api.route("/claims/<int:claim_id>/dismiss")
class DismissClaimView(MethodView):
    """A claim that is not true."""

    @stores_api.arguments(StoreReasonSchema)
    @stores_api.response(200, ClaimSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, body: dict[str, Any], claim_id: int) -> dict[str, Any]:
        """It is forgotten; made again, it is held again."""
        container = current_container()
        return dismiss_claim(container.database, container.now(), claim_id, **body, actor=g.person.email)


@stores_api.route("/stores/<store_id>/merge")
class MergeView(MethodView):
    """Two merchants of one owner."""

    @stores_api.arguments(MergeSchema)
    @stores_api.response(200, MergedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    @stores_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """The stores of this one's merchant become those of the other's; with `dry_run`, it is only told
        what would change."""
        actor = g.person.email
        return _merged(
            merge_merchants(
                current_container().database, current_container().now(), store_id, **body, actor=actor
            )
        )


@stores_api.route("/stores/<store_id>/keep-apart")
class KeepApartView(MethodView):
    """Two stores of different merchants."""

    @stores_api.arguments(ApartSchema)
    @stores_api.response(200, KeptApartSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    @stores_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Neither stops the other's award any more, and nobody is asked again. Twice is once."""
        container, now = current_container(), current_container().now()
        return keep_apart(container.database, now, store_id, **body, actor=g.person.email)


@stores_api.route("/merge-suggestions")
class SuggestionsView(MethodView):
    """Stores that may be one merchant's."""

    @stores_api.arguments(PageArguments, location="query")
    @stores_api.response(200, page_schema(StoreSuggestionSchema, "SuggestionPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Those that stop an award until staff merge the stores or keep them apart; `limit` counts stores."""
        return page_document(
            page_of_suggestions(
                current_container().database, after=arguments.get("after"), limit=arguments["limit"]
            )
        )


def _shown(store_id: str) -> dict[str, Any]:
    container = current_container()
    store = registry.show_store(container.database, store_id)
    connection = bridge_shown(container.database, store_id)
    alike = suggestions_for(container.database, store_id)
    return {
        **store_row(store, container.settings.public_url),
        "may_be_one_merchant": [item["other"] for item in alike],
        "merge_suggestions": alike,
        "claims": claims_about(container.database, store_id),
        "connection": connection if connection["connected_at"] else None,
    }


def _merged(merged: Merged) -> dict[str, Any]:
    stores = [
        {"id": store.store, "stage": store.after.stage.value, "effect": store.changes}
        for store in merged.stores
    ]
    return {"merchant": merged.merchant, "stores": stores, "placed": merged.placed}
