"""The history of decisions: what changed, why, and each answer exactly as it was said."""

import pytest
from sqlalchemy import update

from receiver.documents.status import status_document
from receiver.errors import NotFound
from receiver.services.decisions import decide as deciding
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.history import list_decisions, show_decision
from receiver.services.facts.record import record
from receiver.storage import tables
from tests.factories import OPEN, SETTLED
from tests.rows import keep_all, keep_day


def listed(wired, limit=0):
    return list_decisions(wired.database, "st_1", limit)


def shown(wired, row):
    return show_decision(wired.database, row["id"])


def flag(wired, value):
    told = {"reason": "seen", "evidence": "ticket 1", "actor": "ann"}
    record(wired.database, SETTLED, store_id="st_1", name="safety_flag", value=value, **told)


def test_deciding_again_from_the_same_facts_writes_nothing(wired):
    keep_all(wired, spent="20.00")
    for moment in (OPEN, OPEN, SETTLED):
        decide_store(wired.database, moment, "st_1")
    assert [row["stage"] for row in listed(wired)] == ["ended", "accumulating"]


def test_each_decision_says_what_changed_and_from_which_facts(wired):
    keep_all(wired, spent="20.00")
    decide_store(wired.database, OPEN, "st_1")
    keep_day(wired, "600.00")
    decide_store(wired.database, OPEN, "st_1")
    newest, first = listed(wired)
    assert first["changes"] == []
    assert newest["changes"] == [
        {"what": "verdict", "before": "on_track", "after": "qualified"},
        {"what": "rules.spend_reached", "before": "pending", "after": "pass"},
        {"what": "tier", "before": None, "after": "500.00"},
        {"what": "facts.spend.2025-11-02.billed_cost", "before": "20.00", "after": "600.00"},
        {"what": "facts.spend.2025-11-02.cash_spend", "before": "20.00", "after": "600.00"},
        {"what": "facts.spend.2025-11-02.spend", "before": "20.00", "after": "600.00"},
    ]
    assert shown(wired, newest)["changes"] == newest["changes"]


def test_changed_terms_are_named(wired):
    keep_all(wired, spent="20.00")
    decide_store(wired.database, OPEN, "st_1")
    with wired.database.writing() as session:
        kept = session.get_one(tables.Terms, "woocommerce-2025")
        kept.terms = {**kept.terms, "capacity": 9}
    decide_store(wired.database, OPEN, "st_1")
    assert listed(wired)[0]["changes"] == [{"what": "terms.capacity", "before": None, "after": 9}]


def test_any_past_answer_is_shown_exactly_as_it_was_said(wired, monkeypatch):
    keep_all(wired)
    said = [status_document(decide_store(wired.database, OPEN, "st_1"))]
    said.append(status_document(decide_store(wired.database, SETTLED, "st_1")))
    flag(wired, "yes")
    said.append(status_document(decide_store(wired.database, SETTLED, "st_1")))
    monkeypatch.setattr(deciding, "status_document", lambda _: {"what": "later code would say"})
    rows = listed(wired)
    # Two are of one moment: the one that decided the award, and the one that tells it is recorded.
    assert [row["stage"] for row in rows] == ["blocked", "due", "due", "accumulating"]
    blocked, recorded, _, accumulating = (shown(wired, row)["answer"] for row in rows)
    assert [accumulating, recorded, blocked] == said


def test_an_answer_rests_on_the_facts_and_terms_kept_with_it(wired):
    keep_all(wired)
    decide_store(wired.database, OPEN, "st_1")
    (row,) = listed(wired)
    kept = shown(wired, row)
    assert kept["facts"]["spend"][0]["cash_spend"] == "600.00"
    assert kept["programme"]["id"] == "woocommerce-2025"
    with wired.database.writing() as session:
        session.execute(update(tables.DecisionRow).values(answer=None))  # as rows of older versions are
    again = shown(wired, row)["answer"]
    told = ("stage", "verdict", "headline", "window", "spend", "tiers", "award")
    assert {name: again[name] for name in told} == {name: kept["answer"][name] for name in told}


def test_the_limit_leaves_out_the_oldest_and_keeps_what_changed(wired):
    keep_all(wired, spent="20.00")
    decide_store(wired.database, OPEN, "st_1")
    decide_store(wired.database, SETTLED, "st_1")
    (newest,) = listed(wired, limit=1)
    assert newest["changes"] == listed(wired)[0]["changes"] != []


def test_an_unknown_store_or_decision_is_told(wired):
    with pytest.raises(NotFound, match="st_nobody"):
        list_decisions(wired.database, "st_nobody", 0)
    with pytest.raises(NotFound, match="no decision 7"):
        show_decision(wired.database, 7)
