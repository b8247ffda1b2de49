"""Every trouble we can name, in one family; each message says what is wrong and what would be right."""

from __future__ import annotations

import enum
from datetime import datetime


class ReceiverError(Exception):
    """The head of the family: safe to show to whoever asked, never holds a secret."""


class SettingsError(ReceiverError):
    """A setting is missing or wrong; names the variable and what would be right."""


class InputError(ReceiverError):
    """Something handed to us has the wrong shape; `path` names the field."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class NotFound(ReceiverError):
    """What was asked for is not here."""


class Refused(ReceiverError):
    """Understood, but the rules forbid it."""


class StorageUnavailable(ReceiverError):
    """The database cannot take or give anything right now."""


class Busy(ReceiverError):
    """Too many ask for the same costly thing at once; nothing was looked at or counted."""


class Advice(enum.StrEnum):
    """What to do about a provider's refusal."""

    AGAIN = "again"  # a passing fault: try later
    NARROW = "ask for less"  # too much at once: never the same again, but smaller parts of it
    PAUSE_APP = "pause the app"  # no call of anybody's until the error's `until`
    PAUSE_ADVERTISER = "pause the ad account"  # no call about it until then
    REAUTHORISE = "re-authorise"  # the merchant must give consent again; stop calling
    CONFIGURATION = "configuration"  # our own settings or code; alert, do not retry
    GIVE_UP = "give up"  # this object will never answer; mark it, do not retry


class ProviderError(ReceiverError):
    """A provider refused, failed or did not answer; `advice` says what to do about it.

    `until` is set where nothing more will be sent before then.
    """

    def __init__(
        self,
        message: str,
        *,
        advice: Advice,
        code: int | None = None,
        request_id: str | None = None,
        until: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.advice = advice
        self.code = code
        self.request_id = request_id
        self.until = until


class ShopTrouble(enum.StrEnum):
    """What keeps us from a store; each has a sentence for the merchant and a next step."""

    UNREACHABLE = "unreachable"  # whatever it was: nobody shall learn from us what lies in a network
    NOT_HTTPS = "not_https"
    NOT_WORDPRESS = "not_wordpress"
    NO_WOOCOMMERCE = "no_woocommerce"
    NO_PERMALINKS = "no_permalinks"
    NO_KEY_PAGE = "no_key_page"  # its host blocks the page on which WooCommerce hands out keys
    KEYS_REFUSED = "keys_refused"
    KEYS_TOO_WEAK = "keys_too_weak"  # they may not read and write, or their user may not manage
    BUSY = "busy"
    MALFORMED = "malformed"  # something else than WordPress's own answer comes before or instead of it
    TOO_OLD = "too_old"
    NO_COMPANION = "no_companion"  # our plugin is not there
    ELSEWHERE = "elsewhere"  # it leads to another address for good, or calls another one its home
    DISCONNECTED = "disconnected"  # its merchant ended the connection in our plugin, after our keys were made


class ShopError(ReceiverError):
    """A store did not do what it was asked; `trouble` says why.

    `retry_after`: how many seconds a busy store wants to be left alone, where it said so. `redirected`: it
    sent us elsewhere.
    """

    def __init__(
        self,
        trouble: ShopTrouble,
        message: str = "",
        *,
        retry_after: int | None = None,
        redirected: bool = False,
    ) -> None:
        super().__init__(message or f"the store did not do it: {trouble}")
        self.trouble = trouble
        self.retry_after = retry_after
        self.redirected = redirected
