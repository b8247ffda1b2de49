"""What a store says of itself by REST, whose store it is, and what changed since it was last asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from receiver.domain.shops import same_shop

# TikTok's integration has it in its file name, under whatever folder it lies.
INTEGRATION_MARK = "tiktok"
MOST_INTEGRATIONS, LONGEST_FILE, LONGEST_VERSION = 5, 100, 30  # a shop has one, or two while it moves
LONGEST_TEXT = 200


@dataclass(frozen=True)
class ShopFacts:
    """A store's own words; None is "not said". `country` and `currency` are ISO codes."""

    home_url: str | None = None
    uuid: str | None = None
    name: str | None = None
    country: str | None = None
    currency: str | None = None
    wc_version: str | None = None
    wp_version: str | None = None
    hpos: bool | None = None
    plugins: tuple[tuple[str, str | None], ...] | None = None  # the active ones: file and version

    def kept(self) -> dict[str, Any]:
        """As it is stored: what matters of the plugins, not the merchant's whole list."""
        told = {name: _cut(value) for name, value in asdict(self).items() if name not in ("plugins", "name")}
        return {**told, "integration": integration_of(self.plugins)}


def integration_of(plugins: Sequence[tuple[str, str | None]] | None) -> list[str] | None:
    """The files and versions of TikTok's integration among the active plugins, a few; None is unknown."""
    if plugins is None:
        return None
    found = ((file, version or "?") for file, version in plugins if INTEGRATION_MARK in file.lower())
    few = islice(found, MOST_INTEGRATIONS)
    return [f"{file[:LONGEST_FILE]} {version[:LONGEST_VERSION]}" for file, version in few]


def _cut(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What is otherwise than it was: old and new by name. What was not said now changes nothing."""
    was = before or {}
    return {
        name: [was.get(name), value]
        for name, value in after.items()
        if value is not None and value != was.get(name)
    }


def merged(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """What is known now: what was not said this time stays as it was."""
    return {**(before or {}), **{name: value for name, value in after.items() if value is not None}}


class Whose(StrEnum):
    """Whose store it is that somebody connects."""

    NEW = "new"
    OURS = "ours"  # a reconnect: it goes on where it was
    COPY = "copy"  # of a store at another address: staff decide which is the true one
    REPLACED = "replaced"  # another installation at a store's address: staff decide


@dataclass(frozen=True)
class Known:
    """A store that is here; its UUID is None as long as it never said."""

    id: str
    url: str
    uuid: str | None


def whose(
    home: str, uuid: str | None, at_address: Known | None, of_uuid: Known | None
) -> tuple[Whose, str | None]:
    """Whose it is, and which store that is about. One UUID is one store, and one address one shop."""
    if of_uuid is not None:
        return (Whose.OURS if same_shop(of_uuid.url, home) else Whose.COPY), of_uuid.id
    if at_address is None:
        return Whose.NEW, None
    is_another = uuid is not None and at_address.uuid not in (None, uuid)
    return (Whose.REPLACED if is_another else Whose.OURS), at_address.id
