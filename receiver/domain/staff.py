"""The roles of staff."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role of a member of staff."""

    VIEWER = "viewer"  # reads
    OPERATOR = "operator"  # reads and changes
