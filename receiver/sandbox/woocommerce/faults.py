"""Faults of a WooCommerce shop, as switches."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from receiver.sandbox.fault_switches import FaultTarget, Switches


class ShopFault(StrEnum):
    SILENT = "silent"
    RESET = "reset"
    SLOW = "slow"
    DRIPPING = "dripping"
    HUGE = "huge"
    SWELLING = "swelling"
    MAINTENANCE = "maintenance"
    FIREWALL = "firewall"
    MEMBERS_ONLY = "members-only"
    REDIRECT = "redirect"
    TEMPORARY_REDIRECT = "temporary-redirect"
    NOTICE = "php-notice"
    GARBLED = "garbled"
    ERROR_OBJECT = "error-object"
    CRITICAL_ERROR = "critical-error"
    NO_AUTHORIZATION = "no-authorization"
    NO_KEY_PAGE = "no-key-page"
    QUEUE_STANDS = "queue-stands"


class ShopFaults(Switches[ShopFault]):
    """The switches of the faults, each for all shops or for one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ShopFault, FaultTarget("shop", "[a-z0-9-]{1,64}", "a shop's id is its key"))


# What a shop does.
DOES = {
    ShopFault.SILENT: "Takes the call and never answers.",
    ShopFault.RESET: "Closes the connection without an answer.",
    ShopFault.SLOW: "Answers after four seconds.",
    ShopFault.DRIPPING: "Answers a byte at a time, without an end: no single wait is long.",
    ShopFault.HUGE: "Answers 64 MB, and does not say so before.",
    ShopFault.SWELLING: "Answers 64 MB that are small on the wire (gzip).",
    ShopFault.MAINTENANCE: "Is under maintenance: HTTP 503, in HTML.",
    ShopFault.FIREWALL: "A firewall before its REST API: HTTP 403, in HTML.",
    ShopFault.MEMBERS_ONLY: "A plugin closes its REST API, the index too, to whoever has no key: HTTP 401.",
    ShopFault.REDIRECT: "Has moved: HTTP 301 from everywhere.",
    ShopFault.TEMPORARY_REDIRECT: "Sends everybody elsewhere for now: HTTP 302 from everywhere.",
    ShopFault.NOTICE: "PHP writes a notice before the JSON.",
    ShopFault.GARBLED: "Answers that break off in the middle.",
    ShopFault.ERROR_OBJECT: "Answers an error object with HTTP 200.",
    ShopFault.CRITICAL_ERROR: "WordPress's critical error: HTTP 500.",
    ShopFault.NO_AUTHORIZATION: "Its web server drops the Authorization header, so good keys fail by Basic.",
    ShopFault.NO_KEY_PAGE: "Its host blocks the page on which WooCommerce hands out keys: HTTP 403, in HTML.",
    ShopFault.QUEUE_STANDS: "Its background queue stands still: no webhook is sent until it moves again.",
}
