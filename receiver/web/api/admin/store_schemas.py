"""The shapes of stores in the admin API."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from receiver.domain.likeness import Likeness
from receiver.domain.platforms import ShopPlatform
from receiver.domain.shop_identity import ClaimReason
from receiver.domain.store_filters import StoreCondition
from receiver.services.stores.admit import MOST as MOST_ADMITTED
from receiver.services.stores.details import LONGEST_SECRET
from receiver.services.stores.listing import CONDITIONS, STAGES
from receiver.services.stores.rotate_secret import LONGEST_OVERLAP
from receiver.services.validation import LONGEST, LONGEST_FILTER
from receiver.web.api.admin.blueprint import (
    Choice,
    Moment,
    PageArguments,
)
from receiver.web.api.schemas import MAYBE

TEXT: dict[str, Any] = {"validate": Length(min=1, max=LONGEST_FILTER)}
WORDS: dict[str, Any] = {"required": True, "validate": Length(min=1, max=LONGEST)}
TIME: dict[str, Any] = {"required": True, **MAYBE}


class StoreArguments(PageArguments):
    """A page of stores, and their filters."""

    stage = Choice(STAGES)
    country = fields.String(**TEXT, metadata={"example": "US"})
    condition = Choice(CONDITIONS)
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
    """A store of another merchant that may have the same one."""

    other = fields.String(required=True)
    other_name = fields.String(required=True)
    why = fields.List(fields.String(metadata={"enum": list(Likeness)}), required=True)
    holds_award = fields.Boolean(required=True)


class MoveEvidenceSchema(Schema):
    """Evidence for a move to the address of a claim; null: not checked yet."""

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
    """A new store, whose secret and token are shown this once."""

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

    overlap_hours = fields.Integer(strict=True, load_default=24, validate=Range(min=0, max=LONGEST_OVERLAP))
    webhook_secret = fields.String(
        validate=Length(min=1, max=LONGEST_SECRET),
        load_only=True,
        metadata={"description": "Of a webhook made by hand. Default: a new one, which is told."},
    )
    release = fields.Boolean(
        load_default=False, metadata={"description": "Accept from quarantine what verifies then."}
    )
    take_in = fields.Boolean(load_default=False, metadata={"description": "Earlier name of `release`."})
    dry_run = fields.Boolean(
        load_default=False, metadata={"description": "With webhook_secret: change nothing."}
    )


class RotatedSchema(Schema):
    """The new secret of a webhook made by hand, shown this once."""

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
    """A new status token, shown this once."""

    status_token = fields.String(required=True)


class StoreReasonSchema(Schema):
    """The reason."""

    reason = fields.String(**WORDS)


class ErasedSchema(Schema):
    """The rows removed or emptied, by table."""

    erased = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


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
