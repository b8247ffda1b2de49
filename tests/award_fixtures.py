"""Recorded awards, each of a store of its own, and what staff do with them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from receiver.container import Container
from receiver.services.awards.block import block_award, lift_block
from receiver.services.awards.correct import correct_reference
from receiver.services.awards.credit import mark_credited
from receiver.services.awards.issue import issue
from receiver.services.awards.issue_file import issue_file
from receiver.storage import tables
from tests.db_factories import keep_store
from tests.fakes import at

NOW = datetime(2025, 12, 5, 9, 0, tzinfo=UTC)


def keep_awards(container: Container, count: int) -> list[str]:
    """Insert due awards aw_0, aw_1, …, each of a store and a merchant of its own; return their ids."""
    keep_store(container, "st_0")
    with container.database.writing() as session:
        programme = session.get_one(tables.Store, "st_0").programme
        plain = {
            "platform": "woocommerce",
            "programme": programme,
            "name": "n",
            "joined_at": NOW,
            "created_at": NOW,
        }
        for n in range(1, count):
            session.add(tables.Store(id=f"st_{n}", url=f"https://{n}.example/", merchant=f"m_{n}", **plain))
        verdict = {"stage": "due", "verdict": "qualified", "digest": "0" * 64, "facts": {}, "programme": {}}
        decision = tables.DecisionRow(store_id="st_0", decided_at=NOW, **verdict)
        session.add(decision)
        session.flush()
        session.add_all(_award(n, programme, decision.id) for n in range(count))
    return [f"aw_{n}" for n in range(count)]


def _award(n: int, programme: str, decision_id: int) -> tables.Award:
    return tables.Award(
        id=f"aw_{n}",
        programme=programme,
        store_id=f"st_{n}",
        merchant=f"m_{n}",
        advertiser_id=f"7{n:06}",
        state="due",
        credit=Decimal(500),
        threshold=Decimal(500),
        currency="USD",
        decided_at=NOW,
        due_by=date(2025, 12, 8),
        flags=[],
        decision_id=decision_id,
    )


class AwardActions:
    """Due awards, and the actions that staff can take on them as "ann"."""

    def __init__(self, container: Container, count: int = 1) -> None:
        self.container, self.database, self.cipher = container, container.database, container.cipher
        self.ids = keep_awards(container, count)

    def issue(self, reference: str = "INV-1", award_id: str = "aw_0", as_: str = "applied") -> dict[str, Any]:
        delivery = {"reference": reference, "delivered_as": as_}
        return issue(self._context(), award_id, **delivery, actor="ann")

    def correct(
        self, reference: str = "INV-2", as_: str = "applied", award_id: str = "aw_0", reason: str = "a typo"
    ) -> dict[str, Any]:
        correction = {"reference": reference, "delivered_as": as_, "reason": reason, "actor": "ann"}
        return correct_reference(self._context(), award_id, **correction)

    def credit(
        self, evidence: str = "PROMOTION_ISSUED of 5 December", source: str = "staff"
    ) -> dict[str, Any]:
        return mark_credited(self.container.at(NOW), "aw_0", evidence=evidence, source=source, actor="ann")

    def block(self, reason: str = "police called", cause: str = "suspected_fraud") -> dict[str, Any]:
        return block_award(self.container.at(NOW), "aw_0", reason=reason, cause=cause, actor="ann")

    def lift(self, reason: str = "a mistake") -> dict[str, Any]:
        return lift_block(self.container.at(NOW), "aw_0", reason=reason, actor="ann")

    def issue_from_file(self, text: str) -> list[str]:
        """Issue awards from the text of a CSV file; return the outcome of each row."""
        return [item.outcome for item in issue_file(self._context(), text, "ann")]

    def _context(self) -> Container:
        return at(self.container, NOW, cipher=self.cipher)

    def set_state(self, state: str) -> None:
        with self.database.writing() as session:
            session.execute(update(tables.Award).values(state=state))

    def award(self, award_id: str = "aw_0") -> tables.Award:
        with self.database.reading() as session:
            return session.get_one(tables.Award, award_id)

    def audit_entries(self) -> list[tables.AuditEntry]:
        with self.database.reading() as session:
            return list(session.scalars(select(tables.AuditEntry).order_by(tables.AuditEntry.id)))
