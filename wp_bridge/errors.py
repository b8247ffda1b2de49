"""Errors between us and a store."""

from __future__ import annotations

from enum import StrEnum


class BridgeError(Exception):
    """The base of the bridge's errors; their texts are safe to show and hold no secret."""


class BadSignal(BridgeError):
    """A signal that breaks its schema; `path` names the field."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path


class OtherVersion(BadSignal):
    """A signal of another version than this service reads; `is_newer`: of a later one."""

    def __init__(self, version: int, ours: int) -> None:
        super().__init__(f"must be {ours}; this is another version of the signal", path="v")
        self.is_newer = version > ours


class StoreTrouble(StrEnum):
    """A reason why a store cannot be used; each has a sentence for the merchant and a next step."""

    UNREACHABLE = "unreachable"  # for every network failure alike: we are no port scanner
    NOT_HTTPS = "not_https"
    NOT_WORDPRESS = "not_wordpress"
    NO_WOOCOMMERCE = "no_woocommerce"
    NO_PERMALINKS = "no_permalinks"
    NO_KEY_PAGE = "no_key_page"  # its host blocks the page on which WooCommerce hands out keys
    KEYS_REFUSED = "keys_refused"
    KEYS_TOO_WEAK = "keys_too_weak"  # they may not read and write, or their user may not manage
    BUSY = "busy"
    MALFORMED = "malformed"  # something precedes or replaces WordPress's own answer
    TOO_OLD = "too_old"
    NO_COMPANION = "no_companion"  # our plugin is not there
    ELSEWHERE = "elsewhere"  # it redirects permanently, or calls another address its home
    DISCONNECTED = "disconnected"  # its merchant ended the connection in our plugin, after our keys were made


class StoreError(BridgeError):
    """A call to a store that failed; `trouble` says why, `code` is the store's own error code.

    `retry_after`: the seconds a busy store asks us to wait, where it says so.
    """

    def __init__(
        self, trouble: StoreTrouble, code: str | None = None, *, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{trouble} ({code})" if code else str(trouble))
        self.trouble = trouble
        self.code = code
        self.retry_after = retry_after


class Redirected(StoreError):
    """A redirect, which is not followed; `location` is its target as the store sent it.

    `is_permanent`: 301 or 308, which say that the address has moved for good.
    """

    def __init__(self, status: int, location: str | None) -> None:
        super().__init__(StoreTrouble.UNREACHABLE, "redirect")
        self.is_permanent = status in (301, 308)
        self.location = location
