"""Members of staff and their tokens, as services return them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from receiver.domain.staff import Role
from receiver.services.records import record_of
from receiver.storage.staff import OwnedToken


@dataclass(frozen=True)
class StaffMember:
    """A member of staff: may sign in to the console and own tokens."""

    id: int
    email: str
    role: Role
    created_at: datetime
    password_is_one_time: bool
    timezone: str  # in which they read times


@dataclass(frozen=True)
class TeamMember:
    """A member of staff with the sessions and tokens they have."""

    person: StaffMember
    last_seen_at: datetime | None  # in the console, in real time; None: never
    sessions: int
    tokens: int  # that have not expired


@dataclass(frozen=True)
class Authenticated:
    """A person whose password was verified; a session begins only while it is still their password."""

    id: int
    email: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class ApiToken:
    """A personal API token, without its secret."""

    id: int
    name: str
    owner: StaffMember
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, owned: OwnedToken) -> ApiToken:
        """Build the record of a token and its owner."""
        return record_of(cls, owned.token, owner=record_of(StaffMember, owned.owner))
