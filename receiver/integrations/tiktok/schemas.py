"""Schemas of the replies we rely on; unknown fields are ignored, a wrong one is named by its path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load

from receiver.domain.calendar import YEARS
from receiver.errors import Advice
from receiver.integrations.tiktok.envelope import Reply
from receiver.tiktok_ids import account_id

NOTHING = ("", "-")  # how TikTok writes "not there"
AMOUNT = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
TOKEN = re.compile(r"[!-~]{8,2048}")
DIGITS = re.compile(r"[0-9]{1,32}")
MIDNIGHT = " 00:00:00"
OFFSET = re.compile(r"UTC([+-])([01][0-9]):([0-5][0-9])")


class Id(fields.Field[str]):
    """An id of digits; TikTok writes it as text, or in places as a number, and it is loaded as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not DIGITS.fullmatch(text):
            raise ValidationError("should be an id")
        return text


class TextField(fields.Field[str | None]):
    """A text, or None where TikTok has none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str | None:
        if not isinstance(value, str):
            raise ValidationError("should be text")
        return None if value.strip() in NOTHING else value.strip()


class SecretField(fields.Field[str]):
    """A token of printable characters, unchanged."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str:
        if not isinstance(value, str) or not TOKEN.fullmatch(value):
            raise ValidationError("should be a token")
        return value


class MaybeId(TextField):
    """An id, or None where TikTok has none; a Business Center's 0 is none too."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> str | None:
        if value in (*NOTHING, "0", 0):
            return None
        return Id()._deserialize(value, attr, data)


class AmountField(fields.Field[Decimal | None]):
    """Money as an exact decimal, or None where there is no figure; no exponents, no underscores."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Decimal | None:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise ValidationError("should be an amount")
        if value in NOTHING:
            return None
        if not AMOUNT.fullmatch(str(value)):
            raise ValidationError("should be an amount")
        return Decimal(value)


class DayField(fields.Field[date]):
    """A date in the account's own zone, written `2026-10-01 00:00:00`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> date:
        try:
            return date.fromisoformat(value.removesuffix(MIDNIGHT))
        except (AttributeError, ValueError) as error:
            raise ValidationError("should be a date") from error


class InstantField(fields.Field[datetime | None]):
    """A time in Unix seconds, or None for 0. Milliseconds would mean the year 58,000 and are refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime | None:
        if value in (*NOTHING, 0, "0"):
            return None
        try:
            return datetime.fromtimestamp(int(Id()._deserialize(value, attr, data)), UTC)
        except (OverflowError, OSError, ValueError) as error:  # ValidationError is a ValueError
            raise ValidationError("should be Unix seconds") from error


class ClockTime(fields.Field[datetime | None]):
    """A local time, written `2026-10-12 04:00:00`, whose zone is another field; None for an impossible year.

    Some programs write a missing time as `0001-01-01 00:00:00`.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime | None:
        if value in NOTHING:
            return None
        try:
            at = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  # its zone is another field
        except (TypeError, ValueError) as error:
            raise ValidationError("should be a date and time") from error
        return at if at.year in YEARS else None


class Offset(fields.Field[timezone | None]):
    """An offset, written `UTC-05:00`, or None where TikTok has none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> timezone | None:
        if value in NOTHING:
            return None
        match = OFFSET.fullmatch(value) if isinstance(value, str) else None
        if not match:
            raise ValidationError("should be an offset such as UTC-05:00")
        sign = -1 if match[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3])))


class _ReplySchema(Schema):
    class Meta:
        unknown = EXCLUDE


class _Advertiser(_ReplySchema):
    advertiser_id = Id(required=True)
    name = TextField(load_default=None)
    status = TextField(load_default=None)
    country = TextField(load_default=None)
    currency = TextField(load_default=None)
    timezone = TextField(load_default=None)
    display_timezone = TextField(load_default=None)
    create_time = InstantField(load_default=None)
    owner_bc_id = MaybeId(load_default=None)
    rejection_reason = TextField(load_default=None)
    advertiser_account_type = TextField(load_default=None)


class AdvertiserList(_ReplySchema):
    """The reply of `/advertiser/info/`."""

    list = fields.List(fields.Nested(_Advertiser), required=True)


class _Authorised(_ReplySchema):
    advertiser_id = Id(required=True)
    advertiser_name = TextField(load_default=None)


class AuthorisedList(_ReplySchema):
    """The reply of `/oauth2/advertiser/get/`."""

    list = fields.List(fields.Nested(_Authorised), required=True)


class ConsentReply(_ReplySchema):
    """The reply of `/oauth2/access_token/`; its `scope` is a list of numbers."""

    access_token = SecretField(required=True)
    scope = fields.List(Id(), load_default=list)
    advertiser_ids = fields.List(Id(), load_default=list)

    @post_load
    def drop_zero_ids(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Drop ids that are no account: TikTok writes 0 there."""
        return {**data, "advertiser_ids": [item for item in data["advertiser_ids"] if account_id(item)]}


class UserInfo(_ReplySchema):
    """The reply of `/user/info/`, of which only the id is read."""

    core_user_id = Id(load_default=None, allow_none=True)


class RevocationReply(_ReplySchema):
    """The reply of `/oauth2/revoke_token/`."""

    advertiser_ids = fields.List(Id(), load_default=list)


class SubscriptionReply(_ReplySchema):
    """The reply of `/subscription/subscribe/`."""

    subscription_id = Id(required=True)


class _SubscriptionDetail(_ReplySchema):
    bc_id = MaybeId(load_default=None)
    advertiser_ids = fields.List(Id(), load_default=list)
    notify_frequency = TextField(load_default=None)


class _Subscription(_ReplySchema):
    subscription_id = Id(required=True)
    subscribe_entity = TextField(load_default=None)
    callback_url = TextField(load_default=None)
    subscription_detail = fields.Nested(
        _SubscriptionDetail, load_default=lambda: _SubscriptionDetail().load({})
    )


class _LinkedAccount(_ReplySchema):
    advertiser_id = Id(required=True)


class _AccountDay(_LinkedAccount):
    stat_time_day = DayField(required=True)


class _Metrics(_ReplySchema):
    spend = AmountField(load_default=None)
    billed_cost = AmountField(load_default=None)
    cash_spend = AmountField(load_default=None)
    voucher_spend = AmountField(load_default=None)
    currency = TextField(load_default=None)


class _TotalRow(_ReplySchema):
    dimensions = fields.Nested(_LinkedAccount, required=True)
    metrics = fields.Nested(_Metrics, required=True)


class _DailyRow(_TotalRow):
    dimensions = fields.Nested(_AccountDay, required=True)


class _PageInfo(_ReplySchema):
    page = fields.Integer(required=True, strict=True)
    total_number = fields.Integer(required=True, strict=True)
    total_page = fields.Integer(required=True, strict=True)


class TotalReport(_ReplySchema):
    """The reply of `/report/integrated/get/` without a time dimension."""

    list = fields.List(fields.Nested(_TotalRow), required=True)
    page_info = fields.Nested(_PageInfo, required=True)


class DailyReport(TotalReport):
    """The reply of `/report/integrated/get/` by day."""

    list = fields.List(fields.Nested(_DailyRow), required=True)


class _Transaction(_ReplySchema):
    transaction_id = Id(required=True)
    account_id = Id(required=True)
    transaction_type = TextField(load_default=None)
    billing_type = TextField(load_default=None)
    subtotal = AmountField(load_default=None)
    tax_amount = AmountField(load_default=None)
    currency = TextField(load_default=None)
    create_time = ClockTime(load_default=None)
    timezone = Offset(load_default=None)


class _NamedList(_ReplySchema):
    """A page whose list TikTok names differently; it is loaded as `list`."""

    NAMES: ClassVar[tuple[str, ...]]
    page_info = fields.Nested(_PageInfo, required=True)

    @pre_load
    def rename_list(self, data: Any, **_: Any) -> Any:
        """Rename the list to `list`, under whichever of NAMES it came."""
        names = [name for name in self.NAMES if isinstance(data, dict) and name in data]
        return {**data, "list": data[names[0]]} if names else data


class TransactionList(_NamedList):
    """The reply of `/bc/account/transaction/get/`."""

    NAMES = ("transaction_list", "transactions", "transaction", "list")  # TikTok's clients disagree
    list = fields.List(fields.Nested(_Transaction), required=True)


class _BalanceInfo(_ReplySchema):
    credit_balance = AmountField(load_default=None)


class _Balance(_LinkedAccount):
    currency = TextField(load_default=None)
    account_balance = AmountField(load_default=None)
    cash_balance = AmountField(load_default=None)
    grant_balance = AmountField(load_default=None)
    tax = AmountField(load_default=None)
    payment_portfolio_id = MaybeId(load_default=None)
    balance_info = fields.Nested(_BalanceInfo, load_default=None, allow_none=True)


class BalanceList(_NamedList):
    """The reply of `/advertiser/balance/get/`."""

    NAMES = ("advertiser_account_list",)
    list = fields.List(fields.Nested(_Balance), required=True)


class SubscriptionList(_NamedList):
    """The reply of `/subscription/get/`."""

    NAMES = ("subscriptions",)
    list = fields.List(fields.Nested(_Subscription), required=True)


def load(schema: Schema, reply: Reply) -> Mapping[str, Any]:
    """Return a reply's validated data. Raises ProviderError naming the first wrong field."""
    try:
        loaded: Mapping[str, Any] = schema.load(reply.data)
        return loaded
    except ValidationError as error:
        path, message = _first("data", error.messages)
    # Raised outside the except block: marshmallow's error, which holds the whole answer, is not attached.
    raise reply.error(f"unexpected answer: {path} {message}", Advice.CONFIGURATION)


def _first(path: str, messages: Any) -> tuple[str, str]:
    if isinstance(messages, dict):
        name, inner = next(iter(messages.items()))
        return _first(path if name == "_schema" else f"{path}.{name}", inner)
    return path, str(messages[0] if isinstance(messages, list) else messages)
