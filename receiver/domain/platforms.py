"""The shop systems whose stores can take part."""

from __future__ import annotations

from enum import StrEnum


class ShopPlatform(StrEnum):
    """A shop system; a programme is for the stores of one."""

    WOOCOMMERCE = "woocommerce"
