"""/api/v1/admin/stores: what `stores` does on the command line, and merging merchants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g
from flask.views import MethodView

from receiver.container import current_container
from receiver.documents.status import full_document
from receiver.domain.store_filters import StoreFilters
from receiver.services.connections.claims import claims_of_store
from receiver.services.connections.disconnect import erase_store
from receiver.services.connections.errands import request_check
from receiver.services.connections.rotate import request_rotation
from receiver.services.connections.show import connection_document
from receiver.services.decisions.preview import run_with_preview
from receiver.services.decisions.status import status_of
from receiver.services.deliveries.restart import restart_sequence
from receiver.services.stores.add import add_store, added_store_document
from receiver.services.stores.admit import admit_store, admit_stores
from receiver.services.stores.details import StoreDetails
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.identifiers import webhook_path
from receiver.services.stores.likeness import suggestions_for
from receiver.services.stores.listing import page_of_stores, store_row
from receiver.services.stores.rotate_token import rotate_token
from receiver.services.stores.secret import rotate_or_set
from receiver.services.stores.show import show_store
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    page_document,
    page_schema,
)
from receiver.web.api.admin.store_schemas import (
    AddedStoreSchema,
    AdmissionSchema,
    AdmitSchema,
    ErasedSchema,
    LookAskedSchema,
    NewStoreSchema,
    RestartedSchema,
    RestartSchema,
    RotatedSchema,
    RotationSchema,
    StatusTokenSchema,
    StoreArguments,
    StoreReasonSchema,
    StoreRowSchema,
    StoreSchema,
)
from receiver.web.api.schemas import RefusalSchema, StatusSchema

stores_api = AdminBlueprint("stores", "Stores: found, added, repaired, admitted and disconnected")


@stores_api.route("/stores")
class StoresView(MethodView):
    """The list of stores."""

    @stores_api.arguments(StoreArguments, location="query")
    @stores_api.response(200, page_schema(StoreRowSchema, "StorePage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List stores, the newest first; waiting stores, the next in line first.

        A page may hold fewer than `limit`, or none, and still have a `next`: one request reads a limited
        number of stores.
        """
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
        store = add_store(
            container,
            StoreDetails(body["url"], body["name"], body["country"], body["currency"], body.get("merchant")),
            webhook_secret=body.get("webhook_secret"),
            joined_at=body.get("joined_at"),
            admit=body["admit"],
            programme=container.settings.programme,
            actor=g.person.email,
        )
        return added_store_document(store, container.settings.public_url)


@stores_api.route("/stores/<store_id>")
class StoreView(MethodView):
    """One store."""

    @stores_api.response(200, StoreSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def get(self, store_id: str) -> dict[str, Any]:
        """Show a store, without its secrets."""
        return _store_document(store_id)


@stores_api.route("/stores/<store_id>/status")
class StoreStatusView(MethodView):
    """The status document of a store."""

    @stores_api.response(200, StatusSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def get(self, store_id: str) -> dict[str, Any]:
        """Return the store's status document, in English."""
        container = current_container()
        return full_document(
            status_of(container, store_id),
            for_staff=True,
            contact=container.settings.support_contact or None,
        )


@stores_api.route("/stores/<store_id>/reconcile")
class ReconcileView(MethodView):
    """A check of a connected store."""

    @stores_api.response(202, LookAskedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, store_id: str) -> dict[str, Any]:
        """Have the worker check the store's facts, webhooks and plugin now, and repair what differs."""
        request_check(current_container(), store_id)
        asked_at = connection_document(current_container().database, store_id)["look_asked_at"]
        return {"id": store_id, "look_asked_at": asked_at or current_container().now()}


@stores_api.route("/stores/<store_id>/admit")
class AdmitView(MethodView):
    """A place in the offer."""

    @stores_api.response(200, StoreSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, store_id: str) -> dict[str, Any]:
        """Admit the store, beyond the cap too. Idempotent."""
        admit_store(current_container(), store_id, actor=g.person.email)
        return _store_document(store_id)


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
            container,
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
        """Rotate the webhook secrets, also of a connected store; old ones verify until the overlap ends."""
        container, now = current_container(), current_container().now()
        hours, actor = body["overlap_hours"], g.person.email
        rotated = rotate_or_set(
            container,
            store_id,
            webhook_secret=body.get("webhook_secret"),
            actor=actor,
            overlap_hours=hours,
            release=body["release"] or body["take_in"],
            dry_run=body["dry_run"],
        )
        is_requested = not body["dry_run"] and request_rotation(
            container.at(now), store_id, overlap_hours=hours, actor=actor
        )
        return {
            "webhook_url": container.settings.public_url + webhook_path(store_id),
            "webhook_secret": rotated.new_secret,
            "old_valid_until": now + timedelta(hours=hours),
            "asked_at_the_store": is_requested,
            "held": rotated.quarantined,
            "accepted": rotated.accepted,
            "saved": not body["dry_run"],
        }


@stores_api.route("/stores/<store_id>/rotate-token")
class RotateTokenView(MethodView):
    """A new status token."""

    @stores_api.response(200, StatusTokenSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, store_id: str) -> dict[str, Any]:
        """Rotate the store's status token; the old one stops working at once."""
        token = rotate_token(current_container(), store_id, actor=g.person.email)
        return {"status_token": token}


@stores_api.route("/stores/<store_id>/disconnect")
class DisconnectView(MethodView):
    """The end of a store's connection."""

    @stores_api.arguments(StoreReasonSchema)
    @stores_api.response(200, StoreSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Disconnect the store; decisions and awards stay. Idempotent.

        The worker deletes our webhooks at the shop.
        """
        container, actor = current_container(), g.person.email
        disconnect_store(container, store_id, **body, actor=actor)
        return _store_document(store_id)


@stores_api.route("/stores/<store_id>/erase")
class EraseView(MethodView):
    """The erasure of a disconnected store's personal data."""

    @stores_api.arguments(StoreReasonSchema)
    @stores_api.response(200, ErasedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    @stores_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Erase the store's personal data, for good. Decisions and awards stay."""
        return {
            "erased": erase_store(
                current_container(),
                store_id,
                **body,
                actor=g.person.email,
            )
        }


@stores_api.route("/stores/<store_id>/restart-sequence")
class RestartSequenceView(MethodView):
    """A restart of the sequence of a store's signals."""

    @stores_api.arguments(RestartSchema)
    @stores_api.response(200, RestartedSchema)
    @stores_api.alt_response(404, schema=RefusalSchema)
    @stores_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], store_id: str) -> dict[str, Any]:
        """Accept that the store counts its signals anew, and replay those that were skipped.

        A restored backup makes a store count anew. With `dry_run`, only return what would change.
        """
        container, actor, dry_run = current_container(), g.person.email, body.pop("dry_run")
        effect = run_with_preview(
            container,
            store_id,
            lambda context: restart_sequence(context, store_id, **body, actor=actor),
            dry_run=dry_run,
        )
        return {**effect.answer, "saved": not dry_run, "effect": effect.changes}


def _store_document(store_id: str) -> dict[str, Any]:
    container = current_container()
    store = show_store(container.database, store_id)
    connection = connection_document(container.database, store_id)
    alike = suggestions_for(container.database, store_id)
    return {
        **store_row(store, container.settings.public_url),
        "may_be_one_merchant": [item["other"] for item in alike],
        "merge_suggestions": alike,
        "claims": claims_of_store(container.database, store_id),
        "connection": connection if connection["connected_at"] else None,
    }
