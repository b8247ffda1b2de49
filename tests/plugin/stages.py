"""Status documents of the real service for each state that the page is designed for."""

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
from tests.factories import LINKED, OPEN, SETTLED, bill, cash, days_of, decision_for, make_award, override

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
    "not_admitted": decision_for(OPEN, store={"admitted": False}),
    "awaiting_setup": decision_for(OPEN, store={"set_up_at": None}, account=False),
    "awaiting_link": decision_for(OPEN, account=False),
    "awaiting_link_gb": decision_for(OPEN, store={"country": "GB"}, account=False),
    "awaiting_spend": decision_for(OPEN),
    "zone_unknown": decision_for(OPEN, account={"timezone": None}, spend=(cash("523.10"),)),
    "split_unknown": decision_for(
        OPEN, spend=(cash("523.10", date(2025, 11, 19))._replace(cash_spend=None),)
    ),
    "accumulating": decision_for(OPEN, spend=days_of("41.50", 15)),
    "warned": decision_for(
        datetime(2025, 12, 31, 12, tzinfo=UTC), spend=(cash("700.00", date(2025, 12, 30)),)
    ),
    "unknown": decision_for(OPEN, account={"consent": False}, spend=(cash("523.10"),)),
    "settling": decision_for(datetime(2025, 12, 2, 5, tzinfo=UTC), **ENOUGH),
    "unpaid": decision_for(SETTLED, **ENOUGH, **UNPAID),
    "due": decision_for(SETTLED, award=make_award(), **ENOUGH),
    "overdue": decision_for(LATER, award=make_award(), **ENOUGH),
    "issued": decision_for(SETTLED, award=CODE, **ENOUGH),
    "credited": decision_for(SETTLED, award=make_award(state="credited", delivery="applied"), **ENOUGH),
    "expired": decision_for(LATER, award=make_award(state="expired"), **ENOUGH),
    "held": decision_for(SETTLED, account={"payment": Payment.UNKNOWN}, **ENOUGH),
    "ended": decision_for(SETTLED, spend=(cash("499.99"),)),
    "ineligible": decision_for(SETTLED, store={"country": "FR"}),
    "blocked": decision_for(OPEN, history={"safety_flag": True}, spend=(cash("523.10"),)),
    "programme_over": decision_for(LATER),
    "overridden": decision_for(
        OPEN, store={"country": "FR"}, history={"overrides": {"store_market": override()}}
    ),
}
OPEN_REVIEW = ReviewSummary("rv_1", LINKED, None, None, None)
ANSWERED = replace(
    OPEN_REVIEW, answer=ReviewAnswer("upheld"), answered_at=LINKED, reason="The shop is in France."
)


def document(name: str, locale: Locale = ENGLISH, **changes: Any) -> dict[str, Any]:
    """Return the answer of `GET /api/v1/status`; `stale`, `next_check` and `review` can be changed."""
    fields: dict[str, Any] = {"stale": False, "next_check": None, "review": None}
    fields["admission"] = PlaceInLine(3, 12) if name == "not_admitted" else None
    decision = replace(DECISIONS[name], account_read_at=READ, figures_read_at=READ)
    return full_document(
        Status(decision=decision, store_name="Example store", **{**fields, **changes}),
        locale,
    )


def now() -> int:
    return int(time.time())


def cached_answer(document: dict[str, Any], language: str = "en-US", **changes: Any) -> dict[str, Any]:
    """Return an answer that came just now in the form in which the plugin caches it."""
    answer = {
        "documents": {language: document},
        "languages": {language: now()},
        "read_at": now(),
        "failure": None,
    }
    return {**answer, **changes}
