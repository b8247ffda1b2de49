"""What can go wrong at a WooCommerce shop, as switches."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from receiver.controls.switches import Switches, Whose


class ShopFault(StrEnum):
    SILENT = "silent"
    RESET = "reset"
    SLOW = "slow"
    DRIPPING = "dripping"
    HUGE = "huge"
    SWELLING = "swelling"
    MAINTENANCE = "maintenance"
    FIREWALL = "firewall"
    REDIRECT = "redirect"
    NOTICE = "php-notice"
    GARBLED = "garbled"
    ERROR_OBJECT = "error-object"
    CRITICAL_ERROR = "critical-error"
    NO_AUTHORIZATION = "no-authorization"
    QUEUE_STANDS = "queue-stands"


class ShopFaults(Switches[ShopFault]):
    """Each for all shops or for one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ShopFault, Whose("shop", "[a-z0-9-]{1,64}", "a shop's id is its key"))
