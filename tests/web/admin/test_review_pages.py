"""Reviews in the console: the longest waiting first, answered once, the effect shown before."""

import re
from datetime import timedelta

import pytest

from receiver.services.decisions.decide import decide_store
from receiver.services.reviews.ask import ask_review
from receiver.storage.awards import award_of
from receiver.storage.tables import Review, Store
from tests.db_factories import keep_all, keep_store
from tests.factories import SETTLED
from tests.staff import Console, preview_token


@pytest.fixture
def review(container, clock):
    """The id of a review of a store whose country alone keeps it from its award."""
    clock.at = SETTLED
    keep_all(container)
    with container.database.writing() as session:
        session.get(Store, "st_1").country = "FR"
    decide_store(container.at(SETTLED), "st_1")
    return ask_review(container.at(SETTLED), "st_1", "We moved to <Texas>.")[0].id


def award(container):
    with container.database.reading() as session:
        return award_of(session, session.get(Store, "st_1"))


def stored_review(container, review):
    with container.database.reading() as session:
        return session.get(Review, review)


OVERRIDE = {"answer": "override", "rule": "store_market", "outcome": "pass", "reason": "papers seen"}


def test_who_waits_longest_comes_first_and_a_page_leads_on(container, clock, review):
    keep_store(container, "st_2", name="Later shop")
    later = ask_review(container.at(SETTLED + timedelta(hours=1)), "st_2", "No.")[0].id
    console = Console(container, "viewer")
    page = console.get("/admin/reviews").text
    assert re.findall(r'href="/admin/reviews/(rv_\w+)"', page) == [review, later]
    assert "We moved to &lt;Texas&gt;." in page
    following = console.get(f"/admin/reviews?after={review}").text
    assert re.findall(r'href="/admin/reviews/(rv_\w+)"', following) == [later]
    assert console.get("/admin/reviews?after=rv_x").status_code == 400
    assert "No review was answered yet" in console.get("/admin/reviews?state=answered").text


def test_a_preview_tells_the_award_and_keeps_nothing(container, review):
    page = Console(container).post(f"/admin/reviews/{review}", do="preview", **OVERRIDE).text
    assert "<td>award › credit</td><td>–</td><td>500.00</td>" in page
    assert stored_review(container, review).state == "open"
    assert award(container) is None


def test_an_override_brings_the_award_and_a_second_submit_nothing(container, review):
    operator = Console(container)
    token = preview_token(operator.post(f"/admin/reviews/{review}", do="preview", **OVERRIDE))
    for _ in range(2):
        answer = operator.post(f"/admin/reviews/{review}", do="answer", seen=token, **OVERRIDE)
        assert answer.headers["Location"] == f"/admin/reviews/{review}"
    issued = award(container)
    assert f'href="/admin/awards/{issued.id}">$500.00' in operator.get(f"/admin/reviews/{review}").text
    assert stored_review(container, review).answered_by == "operator@staff.example"


def test_an_override_whose_effect_was_not_shown_is_not_recorded(container, review):
    operator = Console(container)
    other = {**OVERRIDE, "rule": "good_standing"}
    token = preview_token(operator.post(f"/admin/reviews/{review}", do="preview", **other))
    for unseen in ("", token):
        answer = operator.post(f"/admin/reviews/{review}", do="answer", seen=unseen, **OVERRIDE)
        assert (answer.status_code, "not do what you were shown" in answer.text) == (409, True)
    assert stored_review(container, review).state == "open"


def test_what_was_upheld_changes_nothing_about_the_store(container, review):
    operator = Console(container)
    operator.post(f"/admin/reviews/{review}", do="answer", answer="uphold", reason="the papers say FR")
    assert stored_review(container, review).answer == "upheld"
    assert award(container) is None
    again = operator.post(f"/admin/reviews/{review}", do="answer", **OVERRIDE)
    assert (again.status_code, "was answered before: upheld" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        ({"reason": " "}, "Write a reason"),
        ({"answer": ""}, "Choose an answer."),
        ({"rule": "spend_reached"}, "spend_reached cannot be overridden"),
        ({"answer": "fact", "fact": "payment", "value-payment": "gold"}, "Choose one of the answers."),
    ],
)
def test_an_answer_that_cannot_be_is_refused_with_a_sentence(container, review, spoilt, message):
    answer = Console(container).post(f"/admin/reviews/{review}", do="answer", **{**OVERRIDE, **spoilt})
    assert answer.status_code in (400, 409)
    assert message in answer.text
    assert stored_review(container, review).state == "open"


def test_a_viewer_answers_nothing(container, review):
    viewer = Console(container, "viewer")
    assert "Show what it changes" not in viewer.get(f"/admin/reviews/{review}").text
    assert viewer.post(f"/admin/reviews/{review}", do="answer", **OVERRIDE).status_code == 403
