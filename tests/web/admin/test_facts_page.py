"""Recording a fact in the console: its effect is shown first, and only what was shown is saved."""

import pytest
from sqlalchemy import select

from receiver.services.decisions.decide import decide_store
from receiver.storage.tables import RecordedFact
from tests.db_factories import keep_all, keep_day
from tests.staff import Console, preview_token

FLAG = {"name": "safety_flag", "value": "yes", "reason": "TikTok wrote", "evidence": "T-7"}


@pytest.fixture
def store_id(container):
    keep_all(container)
    decide_store(container, "st_1")
    return "st_1"


def page(console, store_id):
    return console.get(f"/admin/stores/{store_id}").text


def recorded_facts(container, name):
    with container.database.reading() as session:
        return list(session.scalars(select(RecordedFact).where(RecordedFact.name == name)))


def test_what_a_fact_would_change_is_shown_and_nothing_is_kept(container, store_id):
    operator = Console(container)
    html = operator.post(f"/admin/stores/{store_id}/fact", do="preview", **FLAG).text
    assert "<td>accumulating</td><td>blocked</td>" in html
    assert 'value="record"' in html
    assert recorded_facts(container, "safety_flag") == []
    assert '<span class="badge theirs">accumulating' in page(operator, store_id)


def record(operator, store_id, **fields):
    """Look at the preview, then record."""
    path = f"/admin/stores/{store_id}/fact"
    preview = operator.post(path, do="preview", **fields)
    return operator.post(path, do="record", seen=preview_token(preview), **fields)


def test_a_fact_is_recorded_by_name_and_a_second_click_changes_nothing(container, store_id):
    operator = Console(container)
    token = preview_token(operator.post(f"/admin/stores/{store_id}/fact", do="preview", **FLAG))
    for _ in range(2):
        answer = operator.post(f"/admin/stores/{store_id}/fact", do="record", seen=token, **FLAG)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/stores/{store_id}")
    (fact,) = recorded_facts(container, "safety_flag")
    assert (fact.by, fact.reason, fact.evidence) == ("operator@staff.example", "TikTok wrote", "T-7")
    assert '<span class="badge bad">blocked' in page(operator, store_id)


def test_a_fact_taken_back_and_said_again_is_recorded_again(container, store_id):
    operator = Console(container)
    for value in ("yes", "no", "yes"):
        record(operator, store_id, **{**FLAG, "value": value})
    assert [fact.value for fact in recorded_facts(container, "safety_flag")] == [True, False, True]


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"reason": " "}, 400, "Write a reason"),
        ({"value": "confirmed"}, 400, "Choose one of the answers."),
        ({"name": "linked_at", "value": ""}, 400, "Enter a date and a time."),
        ({"name": "linked_at", "value": "2099-01-01T00:00"}, 400, "That time lies in the future."),
        ({"name": "linked_at", "value": "0202-11-20T00:00"}, 400, "Enter a date and a time."),
        ({"name": "set_up_at", "value": "0001-01-01T00:00:00+14:00"}, 400, "Enter a date and a time."),
    ],
)
def test_what_cannot_be_recorded_is_told_beside_what_was_typed(container, store_id, change, status, message):
    answer = record(Console(container), store_id, **{**FLAG, **change})
    assert (answer.status_code, message in answer.text) == (status, True)
    assert 'value="T-7"' in answer.text
    assert recorded_facts(container, "safety_flag") == []


def test_a_fact_whose_effect_was_not_shown_is_not_recorded(container, store_id):
    operator, path = Console(container), f"/admin/stores/{store_id}/fact"
    preview = operator.post(path, do="preview", **FLAG)
    for form in (FLAG, {**FLAG, "seen": preview_token(preview), "value": "unknown"}):
        answer = operator.post(path, do="record", **form)
        assert (answer.status_code, "not do what you were shown" in answer.text) == (409, True)
    keep_day(container, "5000.00")  # what was shown is not what it would do now
    assert operator.post(path, do="record", seen=preview_token(preview), **FLAG).status_code == 409
    assert recorded_facts(container, "safety_flag") == []
    assert (
        operator.post(path, do="record", seen=preview_token(operator.post(path, **FLAG)), **FLAG).status_code
        == 303
    )
