"""The state of the sandbox between runs: when its world began, its stores' secrets, how far they came."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from receiver.errors import SettingsError
from receiver.sandbox.json_file import write_private


@dataclass
class StoreMemory:
    """One store: its identity at the receiver, and its plugin's sequence number."""

    id: str
    secret: str
    token: str
    install_id: str
    seq: int = 0  # of the last signal it sent
    replayed: int = 0  # how many events of its history were replayed


@dataclass
class SandboxState:
    """The saved state; `stores` are by the merchant's key."""

    born: date
    password: str
    stores: dict[str, StoreMemory] = field(default_factory=dict)

    def save(self, file: Path) -> None:
        """Write the state to a file, readable by its owner only."""
        write_private(file, json.dumps(asdict(self), default=str, indent=1) + "\n")


def load_state(file: Path) -> SandboxState | None:
    """Return the state of an earlier run, None if there is none. Raises SettingsError if it is unreadable."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        stores = {key: _store_memory(store) for key, store in data["stores"].items()}
        return SandboxState(date.fromisoformat(data["born"]), data["password"], stores)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError(
            f"{file} cannot be read ({type(error).__name__}); remove it to begin anew."
        ) from error


def _store_memory(fields: dict[str, Any]) -> StoreMemory:
    """Return a store from its JSON. Version 0.1 wrote `replayed` as `told`."""
    return StoreMemory(**{"replayed" if name == "told" else name: value for name, value in fields.items()})
