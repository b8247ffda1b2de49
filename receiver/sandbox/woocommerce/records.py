"""The records of a shop, kept in a JSON file."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from receiver.errors import SettingsError
from receiver.sandbox.json_file import write_private

OWNER = "owner"


@dataclass
class Key:
    """A REST key; it acts as its user."""

    id: int
    consumer_key: str
    consumer_secret: str
    permissions: str  # read, write or read_write
    description: str
    user: str
    nonces: dict[str, str] = field(default_factory=dict)  # by OAuth time stamp, as WooCommerce keeps them


@dataclass
class StoredWebhook:
    """A webhook of the shop, `pending` until its ping is answered 200. Times are UTC, as REST shows them."""

    id: int
    name: str
    topic: str  # empty when it was written wrongly
    delivery_url: str
    secret: str
    user: str
    created: str
    modified: str | None = None
    status: str = "active"
    failures: int = 0
    pending: bool = True


@dataclass
class QueuedDelivery:
    """A delivery in the background queue; its body is built when it is sent."""

    hook_id: int
    argument: Any


@dataclass
class Records:
    """Everything a shop keeps.

    `values` are settings that were written, `token` is the status token the service stored in the plugin.
    """

    install_id: str
    seq: int = 0  # of the plugin's last signal
    next_id: int = 1
    token: str | None = None
    keys: list[Key] = field(default_factory=list)
    hooks: list[StoredWebhook] = field(default_factory=list)
    queue: list[QueuedDelivery] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Any] = field(default_factory=dict)  # such as "order/26"
    options: dict[str, str] = field(default_factory=dict)  # of TikTok's own plugin
    is_settled: bool = True  # its id was written after its token
    last_ended_key: int = 0  # the newest key when the merchant last disconnected
    sessions: dict[str, str] = field(default_factory=dict)  # the user of a browser's cookie

    def new_id(self) -> int:
        """Return the next id, which no key or webhook of the shop had before."""
        self.next_id += 1
        return self.next_id - 1

    def save(self, file: Path) -> None:
        """Write the records to their file, readable by its owner only."""
        write_private(file, json.dumps(asdict(self), indent=1) + "\n")


def load_records(file: Path) -> Records:
    """Return the records in a file; those of a new shop if there is no file.

    Raises SettingsError if the file cannot be read.
    """
    try:
        data: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        of_lists = {"keys": Key, "hooks": StoredWebhook, "queue": QueuedDelivery}
        lists = {name: [kind(**item) for item in data[name]] for name, kind in of_lists.items()}
        return Records(**{**data, **lists})
    except FileNotFoundError:
        return Records(install_id=str(uuid.uuid4()))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError(
            f"{file} cannot be read ({type(error).__name__}); remove it to begin anew."
        ) from error
