"""The status document as the API describes it; `documents/status.py` makes it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from receiver.documents.review import LONGEST_MESSAGE
from receiver.domain.awards import AwardState, BlockCause
from receiver.domain.next_tier import Needs
from receiver.domain.notices import MailState, NoticeKind
from receiver.domain.reviews import ReviewState
from receiver.domain.troubles import Actor

MAYBE: dict[str, Any] = {"allow_none": True}


class RefusalSchema(Schema):
    error = fields.String(required=True)


class _Store(Schema):
    id = fields.String()
    name = fields.String()
    country = fields.String(**MAYBE)


class _Tier(Schema):
    threshold = fields.String()
    credit = fields.String()


class _Market(Schema):
    country = fields.String()
    currency = fields.String()
    tiers = fields.List(fields.Nested(_Tier))


class _Programme(Schema):
    id = fields.String()
    title = fields.String()
    terms_url = fields.String(**MAYBE, metadata={"description": "Where a merchant reads the terms."})
    credit_expires = fields.String(metadata={"format": "date"})
    offer = fields.List(fields.Nested(_Market))


class _Warning(Schema):
    id = fields.String()
    text = fields.String()
    next_step = fields.String(**MAYBE)


class _Trouble(_Warning):
    who = fields.String(metadata={"enum": list(Actor)})
    since = fields.String(**MAYBE, metadata={"format": "date-time"})


class _Evidence(Schema):
    fact = fields.String()
    value = fields.Raw(**MAYBE)
    source = fields.String()
    read_at = fields.String(**MAYBE)


class _Rule(Schema):
    id = fields.String()
    outcome = fields.String(metadata={"enum": ["pass", "fail", "pending", "unknown"]})
    text = fields.String()
    next_step = fields.String(**MAYBE)
    evidence = fields.List(fields.Nested(_Evidence))


class _Account(Schema):
    advertiser_id = fields.String(**MAYBE)
    country = fields.String(**MAYBE)
    currency = fields.String(**MAYBE)
    timezone = fields.String(**MAYBE)
    payment = fields.String(metadata={"enum": ["manual", "automatic", "unknown"]})
    read_at = fields.String(**MAYBE, metadata={"format": "date-time"})


class _Window(Schema):
    anchor = fields.String()
    first_date = fields.String(metadata={"format": "date"})
    last_date = fields.String(metadata={"format": "date"})
    days_left = fields.Integer()
    state = fields.String(metadata={"enum": ["open", "closed"]})
    bills_until = fields.String(
        **MAYBE, metadata={"description": "The last date on which a paid bill still counts."}
    )


class _Excluded(Schema):
    why = fields.String(metadata={"enum": ["ad_credit", "tax", "outside_window", "not_paid"]})
    amount = fields.String()


class _Day(Schema):
    date = fields.String(metadata={"format": "date"})
    qualifying = fields.String(**MAYBE)
    excluded = fields.String(**MAYBE)
    final = fields.Boolean()


class _Spend(Schema):
    read_at = fields.String(**MAYBE, metadata={"format": "date-time"})
    qualifying = fields.String(**MAYBE)
    currency = fields.String(**MAYBE)
    final = fields.Boolean()
    final_through = fields.String(**MAYBE)
    provisional = fields.Boolean()
    excluded = fields.List(fields.Nested(_Excluded))
    days = fields.List(fields.Nested(_Day))


class _TierProgress(_Tier):
    seen_on = fields.String(**MAYBE)
    reached_on = fields.String(**MAYBE)
    credit_by = fields.String(
        **MAYBE, metadata={"description": "When its credit comes if nothing more is reached."}
    )


class _NextTier(_Tier):
    remaining = fields.String()
    per_day = fields.String(**MAYBE)
    needs = fields.String(metadata={"enum": list(Needs)})
    by = fields.String(metadata={"format": "date", "description": "The last date it can still be credited."})
    text = fields.String()


class _Pace(Schema):
    per_day = fields.String(metadata={"description": "The mean of the last final dates."})
    days = fields.Integer(metadata={"description": "How many dates it was taken from."})
    tier = fields.Nested(_Tier, **MAYBE, metadata={"description": "The further tier it reaches in time."})
    on = fields.String(**MAYBE)
    text = fields.String()


class _Admission(Schema):
    place = fields.Integer()
    of = fields.Integer()
    text = fields.String()


class WhatIfSchema(Schema):
    """The result of an amount spent each day from tomorrow on; all null where no further tier is in time."""

    per_day = fields.String()
    currency = fields.String(**MAYBE)
    tier = fields.Nested(_Tier, **MAYBE)
    on = fields.String(**MAYBE)
    credit = fields.String(**MAYBE)
    credit_by = fields.String(**MAYBE)
    text = fields.String()


class _Change(Schema):
    at = fields.String(metadata={"format": "date-time"})
    kind = fields.String(metadata={"enum": ["stage", "window", "tier", "rule", "consent"]})
    text = fields.String()


class HistorySchema(Schema):
    """The changes, the newest first."""

    changes = fields.List(fields.Nested(_Change))
    next = fields.String(**MAYBE)


class _MerchantNotice(Schema):
    id = fields.String(metadata={"description": "The same however often it is told."})
    kind = fields.String(metadata={"enum": list(NoticeKind)})
    at = fields.String(metadata={"format": "date-time", "description": "When it was first noticed."})
    text = fields.String()
    until = fields.String(**MAYBE, metadata={"format": "date", "description": "The last date it is true."})


class NoticesRequestSchema(Schema):
    """The address for e-mails; null: nowhere any more."""

    email = fields.String(required=True, **MAYBE, metadata={"example": "owner@shop.example"})


class NoticesSchema(Schema):
    """The state of e-mails: only an address whose owner confirmed it is sent any."""

    mail = fields.String(metadata={"enum": list(MailState)})


class _Award(Schema):
    id = fields.String(**MAYBE)
    state = fields.String(metadata={"enum": list(AwardState)})
    credit = fields.String()
    currency = fields.String()
    decided_at = fields.String(**MAYBE)
    due_by = fields.String(**MAYBE)
    overdue = fields.Boolean(metadata={"description": "Due, and that date is over in the account's zone."})
    delivery = fields.String(**MAYBE)
    reference = fields.String(**MAYBE)
    flags = fields.List(fields.String())
    cleared_flags = fields.Dict(
        metadata={"description": "Flags that hold no longer, and since when."},
    )
    credited_at = fields.String(**MAYBE, metadata={"format": "date-time"})
    remaining = fields.String(
        **MAYBE, metadata={"description": "Of the credit, as TikTok's balance told it."}
    )
    block_cause = fields.String(
        **MAYBE,
        metadata={"enum": [*BlockCause, None], "description": "Why staff blocked it; the headline says it."},
    )
    used = fields.String(**MAYBE, metadata={"description": "How the credit will be used, in a sentence."})


class _Formats(Schema):
    """The formats of figures in the document's sentences, for a page that shows more of them."""

    date = fields.String(metadata={"description": "A CLDR pattern.", "example": "MMMM d, y"})
    months = fields.List(fields.String(), metadata={"description": "Their names, January first."})
    time = fields.String(metadata={"description": "A CLDR pattern.", "example": "HH:mm"})
    moment = fields.String(metadata={"description": "Joins a date, {1}, and a time, {0}."})
    group = fields.String(metadata={"description": "Between groups of three digits."})
    decimal = fields.String()
    money = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "By currency.", "example": {"USD": "${amount}"}},
    )


class RefreshSchema(Schema):
    """The answer to a request that is under way."""

    status = fields.String(metadata={"enum": ["accepted"]})
    again_at = fields.String(
        metadata={"format": "date-time", "description": "When to ask again at the earliest."}
    )


class ReviewRequestSchema(Schema):
    """A merchant's message to staff."""

    message = fields.String(
        required=True, validate=Length(min=1, max=LONGEST_MESSAGE), metadata={"example": "The bill is paid."}
    )


class DisconnectRequestSchema(Schema):
    """Why the plugin ends the connection."""

    reason = fields.String(required=True, validate=OneOf(["merchant", "uninstalled"]))


class DisconnectedSchema(Schema):
    """The connection has ended; the status token no longer serves."""

    status = fields.String(metadata={"enum": ["disconnected"]})


class ReviewSchema(Schema):
    """The newest review the merchant asked for, and its answer."""

    id = fields.String()
    state = fields.String(metadata={"enum": list(ReviewState)})
    asked_at = fields.String(metadata={"format": "date-time"})
    answered_at = fields.String(**MAYBE)
    answer = fields.String(**MAYBE, metadata={"enum": ["upheld", "overridden", "fact_recorded", None]})
    text = fields.String()


class ConnectTicketRequestSchema(Schema):
    """The page that the consent pages shall lead back to."""

    return_url = fields.Url(
        **MAYBE,
        metadata={
            "description": "A page on the store's own host.",
            "example": "https://shop.example/wp-admin/admin.php?page=wc-settings",
        },
    )


class ConnectTicketSchema(Schema):
    """A one-use address into the consent pages."""

    url = fields.Url()
    expires_at = fields.String(metadata={"format": "date-time"})


class StatusSchema(Schema):
    """A store's status; amounts are decimal text, times ISO 8601 UTC, dates in the account's zone."""

    store = fields.Nested(_Store)
    programme = fields.Nested(_Programme)
    as_of = fields.String(metadata={"format": "date-time"})
    contact = fields.String(**MAYBE)
    stale = fields.Boolean()
    next_check = fields.String(**MAYBE)
    stage = fields.String()
    verdict = fields.String(metadata={"enum": ["ineligible", "unknown", "on_track", "qualified"]})
    headline = fields.String()
    next_step = fields.String(**MAYBE)
    warnings = fields.List(fields.Nested(_Warning))
    troubles = fields.List(fields.Nested(_Trouble))
    rules = fields.List(fields.Nested(_Rule))
    account = fields.Nested(_Account, **MAYBE)
    window = fields.Nested(_Window, **MAYBE)
    spend = fields.Nested(_Spend, **MAYBE)
    tiers = fields.List(fields.Nested(_TierProgress))
    tier = fields.Nested(_Tier, **MAYBE)
    next_tier = fields.Nested(_NextTier, **MAYBE)
    pace = fields.Nested(_Pace, **MAYBE)
    admission = fields.Nested(_Admission, **MAYBE)
    award = fields.Nested(_Award, **MAYBE)
    notices = fields.List(fields.Nested(_MerchantNotice))
    mail_available = fields.Boolean(metadata={"description": "The operator has mail set up."})
    mail = fields.String(metadata={"enum": list(MailState)})
    review = fields.Nested(ReviewSchema, **MAYBE)
    formats = fields.Nested(_Formats)
