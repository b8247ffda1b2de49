"""Status documents of the real service for every state the page is designed for."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from babel import Locale

from receiver.documents.status import Status, full_document
from receiver.domain.decision import Decision
from receiver.domain.facts import Payment
from receiver.domain.places import PlaceInLine
from receiver.domain.reviews import ReviewAnswer, ReviewSummary
from receiver.i18n.languages import ENGLISH
from tests.factories import LINKED, OPEN, SETTLED, bill, cash, days_of, decided, make_award, override

ENOUGH = {"spend": (cash("600.00", credit="20.00"),)}
LATER = datetime(2026, 2, 1, 6, 0, tzinfo=UTC)
CODE = make_award(state="issued", delivery="code", reference="TT-2025-ABCD")
UNPAID = {
    "account": {"payment": Payment.AUTOMATIC},
    "payments": (bill("400.00", SETTLED),),
    "bills_readable": True,
}

READ = datetime(2025, 11, 20, 11, 40, tzinfo=UTC)
DECISIONS: dict[str, Decision] = {
    "not_admitted": decided(OPEN, store={"admitted": False}),
    "awaiting_setup": decided(OPEN, store={"set_up_at": None}, account=False),
    "awaiting_link": decided(OPEN, account=False),
    "awaiting_link_gb": decided(OPEN, store={"country": "GB"}, account=False),
    "awaiting_spend": decided(OPEN),
    "zone_unknown": decided(OPEN, account={"timezone": None}, spend=(cash("523.10"),)),
    "split_unknown": decided(OPEN, spend=(cash("523.10", date(2025, 11, 19))._replace(cash_spend=None),)),
    "accumulating": decided(OPEN, spend=days_of("41.50", 15)),
    "warned": decided(datetime(2025, 12, 31, 12, tzinfo=UTC), spend=(cash("700.00", date(2025, 12, 30)),)),
    "unknown": decided(OPEN, account={"consent": False}, spend=(cash("523.10"),)),
    "settling": decided(datetime(2025, 12, 2, 5, tzinfo=UTC), **ENOUGH),
    "unpaid": decided(SETTLED, **ENOUGH, **UNPAID),
    "due": decided(SETTLED, award=make_award(), **ENOUGH),
    "overdue": decided(LATER, award=make_award(), **ENOUGH),
    "issued": decided(SETTLED, award=CODE, **ENOUGH),
    "credited": decided(SETTLED, award=make_award(state="credited", delivery="applied"), **ENOUGH),
    "expired": decided(LATER, award=make_award(state="expired"), **ENOUGH),
    "held": decided(SETTLED, account={"payment": Payment.UNKNOWN}, **ENOUGH),
    "ended": decided(SETTLED, spend=(cash("499.99"),)),
    "ineligible": decided(SETTLED, store={"country": "FR"}),
    "blocked": decided(OPEN, history={"safety_flag": True}, spend=(cash("523.10"),)),
    "programme_over": decided(LATER),
    "overridden": decided(OPEN, store={"country": "FR"}, history={"overrides": {"store_market": override()}}),
}
OPEN_REVIEW = ReviewSummary("rv_1", LINKED, None, None, None)
ANSWERED = replace(
    OPEN_REVIEW, answer=ReviewAnswer("upheld"), answered_at=LINKED, reason="The shop is in France."
)


def document(name: str, locale: Locale = ENGLISH, **changes: Any) -> dict[str, Any]:
    """What `GET /api/v1/status` answers; `stale` and `review` can be changed."""
    known: dict[str, Any] = {"stale": False, "next_check": None, "review": None}
    known["admission"] = PlaceInLine(3, 12) if name == "not_admitted" else None
    decision = replace(DECISIONS[name], account_read_at=READ, figures_read_at=READ)
    return full_document(
        Status(decision=decision, store_name="Example store", **{**known, **changes}),
        locale,
    )


def now() -> int:
    return int(time.time())


def kept(document: dict[str, Any], language: str = "en-US", **changes: Any) -> dict[str, Any]:
    """As the plugin keeps an answer that came just now."""
    answer = {
        "documents": {language: document},
        "languages": {language: now()},
        "read_at": now(),
        "failure": None,
    }
    return {**answer, **changes}
