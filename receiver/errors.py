"""The service's errors, in one family; each message says what is wrong and what would be right."""

from __future__ import annotations

import enum
from datetime import datetime

from wp_bridge.errors import StoreTrouble


class ReceiverError(Exception):
    """The base of the service's errors; their texts are safe to show and hold no secret."""


class SettingsError(ReceiverError):
    """A setting that is missing or wrong; the message names the variable and what would be right."""


class InputError(ReceiverError):
    """An input of the wrong shape; `path` names the field."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class NotFound(ReceiverError):
    """A request for something that does not exist."""


class Refused(ReceiverError):
    """A request that is understood, and that the rules forbid."""


class StorageUnavailable(ReceiverError):
    """A database that can neither be read nor written right now."""


class OptionsRefused(StorageUnavailable):
    """A connection pooler that refuses start-up options, without which no time-out would hold."""


class Collided(StorageUnavailable):
    """A deadlock for which the database rolled this transaction back; it can be retried."""


class Busy(ReceiverError):
    """A costly request refused because too many run at once; nothing was read or counted."""


class Advice(enum.StrEnum):
    """The way to go on after a provider's error."""

    AGAIN = "again"  # a passing fault: try later
    NARROW = "ask for less"  # too much at once: never the same again, but smaller parts of it
    PAUSE_APP = "pause the app"  # no call of anybody's until the error's `until`
    PAUSE_ADVERTISER = "pause the ad account"  # no call about it until then
    REAUTHORISE = "re-authorise"  # the merchant must give consent again; stop calling
    CONFIGURATION = "configuration"  # our own settings or code; alert, do not retry
    GIVE_UP = "give up"  # this object will never answer; mark it, do not retry


class ProviderError(ReceiverError):
    """A provider that refused, failed or did not answer; `advice` says what to do about it.

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


class ShopError(ReceiverError):
    """A store that did not do what it was asked; `trouble` says why.

    `retry_after`: the seconds a busy store asks us to wait, where it says so. `redirected`: it answered with
    a redirect.
    """

    def __init__(
        self,
        trouble: StoreTrouble,
        message: str = "",
        *,
        retry_after: int | None = None,
        redirected: bool = False,
    ) -> None:
        super().__init__(message or f"the store did not do it: {trouble}")
        self.trouble = trouble
        self.retry_after = retry_after
        self.redirected = redirected
