"""Who changed what, when and why; written in the very transaction of the change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.storage.tables import AuditEntry


def record(
    session: Session, at: datetime, actor: str, action: str, subject: str, detail: dict[str, Any]
) -> None:
    """`detail` is shown to staff as it is: no secret, no token."""
    session.add(AuditEntry(at=at, actor=actor, action=action, subject=subject, detail=detail))
