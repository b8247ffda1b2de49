"""The history of decisions: what changed, why, and each answer exactly as it was said."""

import pytest
from sqlalchemy import update

from receiver.documents.status import status_document
from receiver.errors import NotFound
from receiver.services.decisions import decide as deciding
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.history import page_of_decisions, show_decision
from receiver.services.stores.record_fact import record_staff_fact
from receiver.storage import tables
from tests.db_factories import keep_all, keep_day
from tests.factories import OPEN, SETTLED


def list_decisions(container, limit=0):
    return page_of_decisions(container.database, "st_1", limit=limit).rows


def show(container, row):
    return show_decision(container.database, row["id"])


def flag(container, value):
    fact = {"reason": "seen", "evidence": "ticket 1", "actor": "ann"}
    record_staff_fact(container.at(SETTLED), store_id="st_1", name="safety_flag", value=value, **fact)


def test_deciding_again_from_the_same_facts_writes_nothing(container):
    keep_all(container, spent="20.00")
    for moment in (OPEN, OPEN, SETTLED):
        decide_store(container.at(moment), "st_1")
    assert [row["stage"] for row in list_decisions(container)] == ["ended", "accumulating"]


def test_each_decision_says_what_changed_and_from_which_facts(container):
    keep_all(container, spent="20.00")
    decide_store(container.at(OPEN), "st_1")
    keep_day(container, "600.00")
    decide_store(container.at(OPEN), "st_1")
    newest, first = list_decisions(container)
    assert first["changes"] == []
    assert newest["changes"] == [
        {"what": "verdict", "before": "on_track", "after": "qualified"},
        {"what": "rules.spend_reached", "before": "pending", "after": "pass"},
        {"what": "tier", "before": None, "after": "500.00"},
        {"what": "facts.spend.2025-11-02.billed_cost", "before": "20.00", "after": "600.00"},
        {"what": "facts.spend.2025-11-02.cash_spend", "before": "20.00", "after": "600.00"},
        {"what": "facts.spend.2025-11-02.spend", "before": "20.00", "after": "600.00"},
    ]
    assert show(container, newest)["changes"] == newest["changes"]


def test_changed_terms_are_named(container):
    keep_all(container, spent="20.00")
    decide_store(container.at(OPEN), "st_1")
    with container.database.writing() as session:
        terms = session.get_one(tables.Terms, "woocommerce-2025")
        terms.terms = {**terms.terms, "capacity": 9}
    decide_store(container.at(OPEN), "st_1")
    assert list_decisions(container)[0]["changes"] == [{"what": "terms.capacity", "before": None, "after": 9}]


def test_any_past_answer_is_shown_exactly_as_it_was_said(container, monkeypatch):
    keep_all(container)
    answers = [status_document(decide_store(container.at(OPEN), "st_1"))]
    answers.append(status_document(decide_store(container.at(SETTLED), "st_1")))
    flag(container, "yes")
    answers.append(status_document(decide_store(container.at(SETTLED), "st_1")))
    monkeypatch.setattr(deciding, "status_document", lambda _: {"what": "later code would say"})
    rows = list_decisions(container)
    # Two are of one moment: the one that decided the award, and the one that tells it is recorded.
    assert [row["stage"] for row in rows] == ["blocked", "due", "due", "accumulating"]
    blocked, recorded, _, accumulating = (show(container, row)["answer"] for row in rows)
    assert [accumulating, recorded, blocked] == answers


def test_an_answer_rests_on_the_facts_and_terms_kept_with_it(container):
    keep_all(container)
    decide_store(container.at(OPEN), "st_1")
    (row,) = list_decisions(container)
    decision = show(container, row)
    assert decision["facts"]["spend"][0]["cash_spend"] == "600.00"
    assert decision["programme"]["id"] == "woocommerce-2025"
    with container.database.writing() as session:
        session.execute(update(tables.DecisionRow).values(answer=None))  # as rows of older versions are
    again = show(container, row)["answer"]
    names = ("stage", "verdict", "headline", "window", "spend", "tiers", "award")
    assert {name: again[name] for name in names} == {name: decision["answer"][name] for name in names}


def test_the_limit_leaves_out_the_oldest_and_keeps_what_changed(container):
    keep_all(container, spent="20.00")
    decide_store(container.at(OPEN), "st_1")
    decide_store(container.at(SETTLED), "st_1")
    (newest,) = list_decisions(container, limit=1)
    assert newest["changes"] == list_decisions(container)[0]["changes"] != []


def test_an_unknown_store_or_decision_is_told(container):
    with pytest.raises(NotFound, match="st_nobody"):
        page_of_decisions(container.database, "st_nobody", limit=0)
    with pytest.raises(NotFound, match="no decision 7"):
        show_decision(container.database, 7)
