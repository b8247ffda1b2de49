"""Validates and normalizes the details of a new store."""

from __future__ import annotations

import re
from dataclasses import dataclass

from receiver.domain.pasted_address import pasted_address
from receiver.domain.programme import COUNTRY_ALIASES
from receiver.errors import InputError

LONGEST_NAME = 200
LONGEST_SECRET = 4096


@dataclass(frozen=True)
class StoreDetails:
    """The details of a new store, as a person enters them."""

    url: str
    name: str
    country: str
    currency: str
    merchant: str | None = None  # None: a merchant of its own


def validate_details(details: StoreDetails) -> StoreDetails:
    """Return the details, validated. Raises InputError naming the field."""
    return StoreDetails(
        url=validate_url(details.url),
        name=_name(details.name, "name"),
        country=_country(details.country),
        currency=_currency(details.currency),
        merchant=None if details.merchant is None else _name(details.merchant, "merchant"),
    )


def validate_secret(secret: str) -> str:
    """Return a signing secret, validated. Raises InputError, which does not repeat it."""
    # For "" and "0" WooCommerce generates a secret of its own, which it shows to nobody.
    if secret in ("", "0") or len(secret) > LONGEST_SECRET or not _is_text(secret):
        raise InputError(
            f"must be 1 to {LONGEST_SECRET} characters, and not just 0: WooCommerce replaces that",
            path="webhook-secret",
        )
    return secret


def validate_url(url: str, path: str = "url") -> str:
    """Return a shop's address, normalized. Raises InputError at `path`."""
    try:
        return pasted_address(url)
    except ValueError as error:
        raise InputError(str(error), path=path) from error


def _name(name: str, path: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(f"must be a text of 1 to {LONGEST_NAME} characters on one line", path=path)
    return name


def _country(country: str) -> str:
    if not re.fullmatch("[A-Z]{2}", country):
        raise InputError("must be a country of two capital letters, such as US", path="country")
    return COUNTRY_ALIASES.get(country, country)


def _currency(currency: str) -> str:
    if not re.fullmatch("[A-Z]{3}", currency):
        raise InputError("must be a currency of three capital letters, such as USD", path="currency")
    return currency


def _is_text(text: str) -> bool:
    """Return whether the text can be encoded as UTF-8: arguments of other bytes arrive as surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
