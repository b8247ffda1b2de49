"""The facts a store reports of itself over REST, and their changes since the last report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

# TikTok's integration has it in its file name, under whatever folder it lies.
INTEGRATION_MARK = "tiktok"
MOST_INTEGRATIONS, LONGEST_FILE, LONGEST_VERSION = 5, 100, 30  # a shop has one, or two while it moves
LONGEST_TEXT = 200


@dataclass(frozen=True)
class ShopFacts:
    """The facts a store reports; None is "not reported". `country` and `currency` are ISO codes."""

    home_url: str | None = None
    uuid: str | None = None
    name: str | None = None
    country: str | None = None
    currency: str | None = None
    wc_version: str | None = None
    wp_version: str | None = None
    hpos: bool | None = None
    plugins: tuple[tuple[str, str | None], ...] | None = None  # the active ones: file and version

    def as_json(self) -> dict[str, Any]:
        """Return the facts as they are stored: of the plugins, TikTok's integration alone."""
        values = {
            name: _truncate(value) for name, value in asdict(self).items() if name not in ("plugins", "name")
        }
        return {**values, "integration": integration_of(self.plugins)}


def integration_of(plugins: Sequence[tuple[str, str | None]] | None) -> list[str] | None:
    """Return the files and versions of TikTok's integration among the active plugins; None where unknown."""
    if plugins is None:
        return None
    integrations = ((file, version or "?") for file, version in plugins if INTEGRATION_MARK in file.lower())
    few = islice(integrations, MOST_INTEGRATIONS)
    return [f"{file[:LONGEST_FILE]} {version[:LONGEST_VERSION]}" for file, version in few]


def _truncate(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the old and the new value of what changed, by name; what is None now changes nothing."""
    was = before or {}
    return {
        name: [was.get(name), value]
        for name, value in after.items()
        if value is not None and value != was.get(name)
    }


def merge(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """Return both together; what is None in `after` stays as it was before."""
    return {**(before or {}), **{name: value for name, value in after.items() if value is not None}}
