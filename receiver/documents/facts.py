"""The facts document: what is known about one store, read strictly; nothing missing is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from receiver.documents.fields import (
    PROGRAMME_ID,
    Amount,
    Count,
    Country,
    Currency,
    DashIsNull,
    Day,
    Instant,
    Many,
    OneOf,
    Part,
    Pattern,
    Strict,
    Text,
    YesNo,
    Zone,
    load_document,
)
from receiver.documents.programme import programme_data, read_programme
from receiver.domain.awards import AwardDelivery, AwardState, BlockCause
from receiver.domain.facts import (
    GROWING,
    AccountProfile,
    BilledTransaction,
    ConsentLoss,
    DaySpend,
    Facts,
    History,
    LostSignals,
    Outcome,
    Override,
    Payment,
    RecordedAward,
    StoreProfile,
)
from receiver.domain.programme import Programme
from receiver.domain.rules import NOT_OVERRIDABLE, RULES
from receiver.errors import InputError

# Every field must be there; null says that nobody knows (programme.md, "Nulls").
NULLABLE: dict[str, Any] = {"required": True, "allow_none": True}


class _StoreSchema(Strict):
    id = Text(required=True)
    merchant = Text(**NULLABLE)
    country = Country(**NULLABLE)
    joined_at = Instant(**NULLABLE)
    admitted = YesNo(**NULLABLE)
    set_up_at = Instant(**NULLABLE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> StoreProfile:
        return StoreProfile(**data)


class _AccountSchema(Strict):
    advertiser_id = Text(**NULLABLE)
    business_center = Text(**NULLABLE)
    country = Country(**NULLABLE)
    currency = Currency(**NULLABLE)
    timezone = Zone(**NULLABLE)
    created_at = Instant(**NULLABLE)
    linked_at = Instant(**NULLABLE)
    linked_at_exact = YesNo(**NULLABLE)
    consent = YesNo(**NULLABLE)
    status = Text(**NULLABLE)
    payment = OneOf(*Payment, **NULLABLE)
    consent_lost = OneOf(*ConsentLoss, load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> AccountProfile:
        payment, loss = Payment(data["payment"] or Payment.UNKNOWN), data["consent_lost"]
        return AccountProfile(**{**data, "payment": payment, "consent_lost": loss and ConsentLoss(loss)})


class _OverrideSchema(Strict):
    outcome = OneOf(Outcome.PASS, Outcome.FAIL, required=True)
    reason = Text(required=True)
    by = Text(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Override:
        return Override(Outcome(data["outcome"]), data["reason"], data["by"])


class _Keyed(DashIsNull, fields.Dict):
    """A JSON object whose keys are data."""

    default_error_messages = {"invalid": "must be an object"}  # noqa: RUF012 (marshmallow reads it)


class _OverriddenRule(fields.String):
    """The id of a rule that may be overridden."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if value not in RULES:
            raise ValidationError("is no rule of the programme")
        if value in NOT_OVERRIDABLE:
            raise ValidationError("cannot be overridden; record the fact it rests on instead")
        return str(value)


class _HistorySchema(Strict):
    prior_spend = Amount(**NULLABLE)
    set_up_before = YesNo(**NULLABLE)
    merchant_awards = Count(**NULLABLE)
    account_awards = Count(**NULLABLE)
    business_center_awards = Count(**NULLABLE)
    conflicting_promotion = YesNo(**NULLABLE)
    foreign_credit_issued = YesNo(**NULLABLE)
    policy_violation = YesNo(**NULLABLE)
    safety_flag = YesNo(**NULLABLE)
    overrides = _Keyed(keys=_OverriddenRule(), values=Part(_OverrideSchema), required=True)

    @validates_schema
    def no_negative_spend(self, data: dict[str, Any], **_: Any) -> None:
        if data["prior_spend"] is not None and data["prior_spend"] < 0:
            raise ValidationError("must not be below 0", "prior_spend")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> History:
        return History(**data)


class _SpendSchema(Strict):
    date = Day(required=True)
    spend = Amount(load_default=None, allow_none=True)
    billed_cost = Amount(load_default=None, allow_none=True)
    cash_spend = Amount(load_default=None, allow_none=True)
    voucher_spend = Amount(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> DaySpend:
        return DaySpend(**data)


class _PaymentSchema(Strict):
    type = Text(**NULLABLE)
    billing = Text(**NULLABLE)
    subtotal = Amount(**NULLABLE)
    tax = Amount(load_default=None, allow_none=True)
    at = Instant(**NULLABLE)

    @validates_schema
    def no_negative_bill(self, data: dict[str, Any], **_: Any) -> None:
        if data["type"] == "BILL_PAYMENT" and (data["subtotal"] or Decimal(0)) < 0:
            raise ValidationError("of a BILL_PAYMENT must not be below 0", "subtotal")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> BilledTransaction:
        return BilledTransaction(**data)


class _AwardSchema(Strict):
    id = Text(load_default=None, allow_none=True)
    state = OneOf(*AwardState, required=True)
    credit = Amount(required=True)
    currency = Currency(required=True)
    decided_at = Instant(load_default=None, allow_none=True)
    due_by = Day(load_default=None, allow_none=True)
    delivery = OneOf(*AwardDelivery, load_default=None, allow_none=True)
    reference = Text(load_default=None, allow_none=True)
    flags = Many(Text(), load_default=list)
    cleared_flags = _Keyed(keys=fields.String(), values=Instant(), load_default=dict)
    credited_at = Instant(load_default=None, allow_none=True)
    timezone = Zone(load_default=None, allow_none=True)
    remaining = Amount(load_default=None, allow_none=True)
    block_cause = OneOf(*BlockCause, load_default=None, allow_none=True)
    # What the status document adds is no fact.
    overdue = YesNo(load_default=None, allow_none=True)
    used = Text(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> RecordedAward:
        del data["used"], data["overdue"]
        delivery = data["delivery"] and AwardDelivery(data["delivery"])
        cause = data["block_cause"] and BlockCause(data["block_cause"])
        parts = {"state": AwardState(data["state"]), "delivery": delivery, "block_cause": cause}
        return RecordedAward(**{**data, **parts, "flags": tuple(data["flags"])})


class _FactsSchema(Strict):
    programme = Pattern(PROGRAMME_ID, "must be the id of a programme", required=True)
    as_of = Instant(required=True)
    store = Part(_StoreSchema, required=True)
    account = Part(_AccountSchema, **NULLABLE)
    history = Part(_HistorySchema, required=True)
    spend = Many(Part(_SpendSchema), required=True)
    payments = Many(Part(_PaymentSchema), required=True)
    bills_readable = YesNo(**NULLABLE)
    paid_bills_confirmed = YesNo(**NULLABLE)
    award = Part(_AwardSchema, **NULLABLE)
    lost_signals = OneOf(*LostSignals, load_default=None, allow_none=True)
    read_at = _Keyed(keys=OneOf(*GROWING), values=Instant(), load_default=dict)
    terms = _Keyed(load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def each_date_once(self, data: dict[str, Any], **_: Any) -> None:
        dates: set[date] = set()
        for number, row in enumerate(data["spend"]):
            if row.date in dates:
                raise ValidationError({"spend": {number: {"date": ["stands here a second time"]}}})
            dates.add(row.date)


@dataclass(frozen=True)
class FactsDocument:
    """A facts document as read: a programme's id, the moment it is about, and what is known.

    `terms` are those it carries itself, as a store's own document does; None: those of the programme.
    """

    programme: str
    as_of: datetime
    facts: Facts
    terms: Programme | None = None


def read_facts(data: Any) -> FactsDocument:
    """Read a facts document. Raises InputError with the path of the wrong field."""
    loaded = load_document(_FactsSchema(), data)
    programme, as_of = loaded.pop("programme"), loaded.pop("as_of")
    spend, payments = tuple(loaded.pop("spend")), tuple(loaded.pop("payments"))
    loss, terms = loaded.pop("lost_signals"), _terms(loaded.pop("terms"), programme)
    facts = Facts(**loaded, spend=spend, payments=payments, lost_signals=loss and LostSignals(loss))
    return FactsDocument(programme, as_of, facts, terms)


def _terms(data: Any, programme: str) -> Programme | None:
    try:
        terms = None if data is None else read_programme(data)
    except InputError as error:
        raise InputError(str(error), path="terms") from error
    if terms is not None and terms.id != programme:
        raise InputError(f"is {terms.id!r}, while programme is {programme!r}", path="terms.id")
    return terms


def facts_with_terms(facts: Facts, programme: Programme, as_of: datetime) -> dict[str, Any]:
    """Return a facts document that also holds the store's terms, so that deciding needs nothing else."""
    return {**facts_document(facts, programme.id, as_of), "terms": programme_data(programme)}


def facts_document(facts: Facts, programme: str, as_of: datetime) -> dict[str, Any]:
    """Return a facts document, which `read_facts` reads back to the same facts."""
    history = _plain(replace(facts.history, overrides={}))
    history["overrides"] = {rule: _plain(override) for rule, override in facts.history.overrides.items()}
    return {
        "programme": programme,
        "as_of": _plain_value(as_of),
        "store": _plain(facts.store),
        "account": facts.account and _plain(facts.account),
        "history": history,
        "spend": [_plain_day(day) for day in facts.spend],
        "payments": [_plain(row) for row in facts.payments],
        "bills_readable": facts.bills_readable,
        "paid_bills_confirmed": facts.paid_bills_confirmed,
        "award": facts.award and _plain(facts.award),
        "lost_signals": facts.lost_signals,
        "read_at": {path: _plain_value(facts.read_at[path]) for path in GROWING if path in facts.read_at},
    }


def _plain(value: Any) -> dict[str, Any]:
    return {name: _plain_value(getattr(value, name)) for name in value.__dataclass_fields__}


def _plain_day(day: DaySpend) -> dict[str, Any]:
    """Return a day's spend as plain data; without `_plain`, for speed: a store has thirty of them."""
    return {
        "date": day.date.isoformat(),
        "spend": _plain_value(day.spend),
        "billed_cost": _plain_value(day.billed_cost),
        "cash_spend": _plain_value(day.cash_spend),
        "voucher_spend": _plain_value(day.voucher_spend),
    }


def _plain_value(value: Any) -> Any:
    """Return a value as JSON holds it; the commonest types come first, for speed."""
    if isinstance(value, Decimal):
        text = str(value)
        return text if "E" not in text else format(value, "f")
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain_value(part) for name, part in value.items()}
    return list(value) if isinstance(value, Sequence) else value
