"""Every trouble we can name, in one family; each message says what is wrong and what would be right."""

from __future__ import annotations

import enum
from datetime import datetime

from wp_bridge.errors import StoreTrouble


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
    """The thing asked for is not here."""


class Refused(ReceiverError):
    """Understood, but the rules forbid it."""


class StorageUnavailable(ReceiverError):
    """The database cannot take or give anything right now."""


class OptionsRefused(StorageUnavailable):
    """A pooler stands before the database and takes no start-up options, so that no time-out would hold."""


class Collided(StorageUnavailable):
    """Two transactions waited for each other, and this one was undone: done again it goes through."""


class Busy(ReceiverError):
    """Too many ask for the same costly thing at once; nothing was looked at or counted."""


class Advice(enum.StrEnum):
    """The way to go on after a provider's refusal."""

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


class ShopError(ReceiverError):
    """A store did not do what it was asked; `trouble` says why.

    `retry_after`: how many seconds a busy store wants to be left alone, where it said so. `redirected`: it
    sent us elsewhere.
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
