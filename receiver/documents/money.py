"""Amounts as decimal text: at least two decimals, more where there are more; never rounded."""

from __future__ import annotations

from decimal import Decimal

CENT = Decimal("0.01")


def amount_text(amount: Decimal) -> str:
    """Write an amount: `Decimal("500")` is "500.00", `Decimal("499.995")` is "499.995", not 500.00."""
    text = str(amount)
    if text[-3:-2] == ".":  # as nearly all are written
        return text
    cents = amount.quantize(CENT)
    return format(cents if cents == amount else amount.normalize(), "f")
