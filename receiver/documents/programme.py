"""A programme as a TOML file and as plain data, and the checked terms that are read from it."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import is_currency
from marshmallow import ValidationError, fields, post_load

from receiver.documents.fields import (
    PROGRAMME_ID,
    Country,
    Currency,
    DashIsNull,
    Many,
    OneOf,
    Part,
    Pattern,
    Strict,
    Text,
    YesNo,
    load_document,
)
from receiver.domain.programme import Anchor, Market, Programme, Tier, contradictions, outlives_credit
from receiver.errors import InputError

MOST_BYTES = 64 * 1024
SHIPPED = Path(__file__).resolve().parent.parent / "programmes"


class _Money(DashIsNull):
    """An exact amount: text, or a whole number; a TOML float is refused."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not text.replace(".", "", 1).isdecimal() or len(text) > 15:
            raise ValidationError('must be an amount written as text, such as "500"')
        return Decimal(text)


class _Date(DashIsNull):
    """A TOML date (or the same as text, as plain data holds it)."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        try:
            value = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            value = None
        if type(value) is not date or not 2000 <= value.year <= 2190:
            raise ValidationError("must be a date such as 2025-12-31")
        return value


class _WholeField(DashIsNull):
    """A whole number of at most four digits; the terms' own checks say how low it may be."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 9999999:
            raise ValidationError("must be a whole number")
        return value


class _TierSchema(Strict):
    threshold = _Money(required=True)
    credit = _Money(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Tier:
        return Tier(**data)


class _MarketSchema(Strict):
    country = Country(required=True)
    currency = Currency(required=True)
    tiers = Many(Part(_TierSchema), required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Market:
        return Market(data["country"], data["currency"], tuple(data["tiers"]))


class _WindowSchema(Strict):
    days = _WholeField(required=True)
    anchor = OneOf(*Anchor, required=True)


_NO_URL: dict[str, Any] = {"invalid": "must be an https address"}


class _ProgrammeSchema(Strict):
    id = Pattern(PROGRAMME_ID, "must be small letters, digits and dashes", required=True)
    title = Text(required=True)
    platform = Text(required=True)
    source = Text(required=True)
    terms_url = fields.Url(schemes={"https"}, load_default=None, allow_none=True, error_messages=_NO_URL)
    opens = _Date(required=True)
    closes = _Date(required=True)
    credit_expires = _Date(required=True)
    capacity = _WholeField(load_default=None, allow_none=True)
    prior_spend_days = _WholeField(required=True)
    credit_within_days = _WholeField(required=True)
    bill_grace_days = _WholeField(required=True)
    bills_must_be_paid_in_window = YesNo(required=True)
    accept_net_cost = YesNo(required=True)
    window = Part(_WindowSchema, required=True)
    markets = Many(Part(_MarketSchema), required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Programme:
        window = data.pop("window")
        data["markets"] = tuple(data["markets"])
        return Programme(**data, window_days=window["days"], anchor=Anchor(window["anchor"]))


def read_programme(data: Any) -> Programme:
    """Read terms from plain data. Raises InputError with the field's name, also where terms contradict."""
    programme = read_stored_programme(data)
    for number, market in enumerate(programme.markets):
        if not is_currency(market.currency):
            raise InputError(f"{market.currency} is no currency", path=f"markets[{number}].currency")
    for contradiction in contradictions(programme):
        raise InputError(contradiction.problem, path=contradiction.field)
    return programme


def read_stored_programme(data: Any) -> Programme:
    """Read stored terms, which hold for stores enrolled in them even where they would be refused today.

    Raises InputError with the path of a wrong field.
    """
    programme = load_document(_ProgrammeSchema(), data)
    assert isinstance(programme, Programme)
    return programme


def read_programme_text(text: str) -> Programme:
    """Read terms from a programme's TOML. Raises InputError with the field's name."""
    try:
        data = tomllib.loads(text)
    except RecursionError as error:
        raise InputError("is no TOML: nested too deep") from error
    except ValueError as error:  # also a number of thousands of digits
        raise InputError(f"is no TOML: {error}") from error
    return read_programme(data)


def decode_programme(body: bytes) -> str:
    """Return a programme file's text. Raises InputError for what is too long or no UTF-8."""
    if len(body) > MOST_BYTES:
        raise InputError(f"is longer than {MOST_BYTES} bytes, which no programme is")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"is no TOML: {error}") from error


def read_programme_bytes(file: Path) -> str:
    """Return the text of a programme's file. Raises InputError that names the file."""
    try:
        with file.open("rb") as opened:
            return decode_programme(opened.read(MOST_BYTES + 1))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=str(file)) from error
    except InputError as error:
        raise InputError(str(error), path=str(file)) from error


def read_programme_file(file: Path) -> Programme:
    """Read terms from a programme's file. Raises InputError that names the file."""
    text = read_programme_bytes(file)
    try:
        return read_programme_text(text)
    except InputError as error:
        raise InputError(str(error), path=str(file)) from error


def shipped_programmes() -> list[str]:
    """Return the ids of the programmes shipped with the service."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def load_programme(name_or_file: str) -> Programme:
    """Load a shipped programme by its id, or any by its file. Raises InputError."""
    if "/" in name_or_file or name_or_file.endswith(".toml"):
        return read_programme_file(Path(name_or_file))
    return load_shipped(name_or_file)


@cache  # it does not change while a process runs
def load_shipped(programme_id: str) -> Programme:
    """Load a shipped programme by its id; no id in a document opens any other file. Raises InputError.

    The tests check its terms: to do so here would keep two megabytes of currencies in each process.
    """
    if programme_id in shipped_programmes():
        return read_stored_programme(tomllib.loads(read_programme_bytes(SHIPPED / f"{programme_id}.toml")))
    ids = ", ".join(shipped_programmes())
    raise InputError(
        f"no programme is called {programme_id!r}; there is {ids}, or name a file",
        path="programme",
    )


def programme_warnings(programme: Programme) -> list[str]:
    """Return what is odd about terms that can be applied."""
    if outlives_credit(programme):
        return ["a window that begins on the last day becomes final only after the credit has expired"]
    return []


def programme_data(programme: Programme) -> dict[str, Any]:
    """Return terms as plain data, which `read_programme` reads back to the same terms."""
    return {
        "id": programme.id,
        "title": programme.title,
        "platform": programme.platform,
        "source": programme.source,
        "terms_url": programme.terms_url,
        "opens": programme.opens.isoformat(),
        "closes": programme.closes.isoformat(),
        "credit_expires": programme.credit_expires.isoformat(),
        "capacity": programme.capacity,
        "prior_spend_days": programme.prior_spend_days,
        "credit_within_days": programme.credit_within_days,
        "bill_grace_days": programme.bill_grace_days,
        "bills_must_be_paid_in_window": programme.bills_must_be_paid_in_window,
        "accept_net_cost": programme.accept_net_cost,
        "window": {"days": programme.window_days, "anchor": programme.anchor.value},
        "markets": [
            {
                "country": market.country,
                "currency": market.currency,
                "tiers": [{"threshold": str(t.threshold), "credit": str(t.credit)} for t in market.tiers],
            }
            for market in programme.markets
        ],
    }
