"""Members of staff and their tokens, as services hand them on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from receiver.domain.staff import Role
from receiver.services.records import record_of
from receiver.storage.staff import OwnedToken


@dataclass(frozen=True)
class StaffMember:
    """Someone who may sign in to the console, or whose token it is."""

    id: int
    email: str
    role: Role
    created_at: datetime
    password_is_one_time: bool
    timezone: str  # in which they read times


@dataclass(frozen=True)
class TeamMember:
    """A member of staff, and how far they are in the console now."""

    person: StaffMember
    last_seen_at: datetime | None  # in the console, in real time; None: never
    sessions: int
    tokens: int  # that have not expired


@dataclass(frozen=True)
class Authenticated:
    """Someone whose password was right: a session begins only while that password is theirs."""

    id: int
    email: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class ApiToken:
    """A personal token for the API, without what opens anything."""

    id: int
    name: str
    owner: StaffMember
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, owned: OwnedToken) -> ApiToken:
        """Return the token with its owner."""
        return record_of(cls, owned.token, owner=record_of(StaffMember, owned.owner))
