"""Staff see and answer reviews on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result

from receiver.app import create_app
from receiver.container import Container
from receiver.services.decisions.decide import decide_store
from receiver.services.reviews.reviews import ask_review
from receiver.storage.tables import Store
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.fakes import FrozenClock


class Desk:
    """A store in Germany whose merchant disagrees, and a terminal."""

    def __init__(self, container: Container) -> None:
        self.runner = create_app(container=container).test_cli_runner()
        keep_all(container)
        with container.database.writing() as session:
            session.get_one(Store, "st_1").country = "DE"
        decide_store(container.database, SETTLED, "st_1")
        review, _ = ask_review(container.database, SETTLED, "st_1", "we moved\nto the US")
        self.review = review.id

    def __call__(self, *words: str) -> Result:
        return self.runner.invoke(args=["reviews", *words])

    def json(self, *words: str) -> Any:
        result = self(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def desk(container: Container, clock: FrozenClock) -> Desk:
    clock.at = SETTLED
    return Desk(container)


def test_the_queue_shows_who_waits_and_the_merchants_words_on_one_line(desk: Desk):
    (row,) = desk.json("list", "--state", "open")
    assert (row["id"], row["store"], row["message"]) == (desk.review, "st_1", "we moved\nto the US")
    assert "we moved to the US" in desk("list").stdout
    assert desk.json("list", "--state", "answered") == []


def test_a_review_is_shown_with_what_the_merchant_had_been_told(desk: Desk):
    told = desk("show", desk.review).stdout
    assert (
        "Your store is based in Germany. The offer applies only in: United States and United Kingdom." in told
    )
    assert desk.json("show", desk.review)["told"]["stage"] == "ineligible"


def test_the_effect_of_an_answer_is_shown_before_it_is_kept(desk: Desk):
    words = ("answer", desk.review, "--override", "store_market=pass", "--reason", "register entry seen")
    shown = desk.json(*words, "--dry-run")
    assert (shown["stage"], shown["saved"]) == ("due", False)
    assert {"what": "rules.store_market", "before": "fail", "after": "pass"} in shown["effect"]
    assert desk.json("list", "--state", "answered") == []
    assert desk.json(*words)["answered_by"].startswith("cli:")
    assert [row["id"] for row in desk.json("list", "--state", "answered")] == [desk.review]


def test_a_review_can_be_upheld_or_answered_with_a_fact(desk: Desk):
    recorded = desk.json("answer", desk.review, "--fact", "payment=unknown", "--reason", "told", "--dry-run")
    assert recorded["recorded"] == {"name": "payment", "value": "unknown"}
    assert desk.json("answer", desk.review, "--uphold", "--reason", "it is in Germany")["answer"] == "upheld"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--uphold",),
        ("--reason", "told"),
        ("--uphold", "--override", "store_market=pass", "--reason", "told"),
    ],
)
def test_wrong_use_is_exit_code_2(desk: Desk, words: tuple[str, ...]):
    assert desk("answer", desk.review, *words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--override", "spend_reached=pass"), "record the fact it rests on instead"),
        (("--override", "nonsense"), "is no rule"),
        (("--fact", "weather=good"), "name: must be one of"),
    ],
)
def test_what_cannot_be_recorded_is_one_clear_line(desk: Desk, words: tuple[str, ...], told: str):
    result = desk("answer", desk.review, *words, "--reason", "told")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert told in result.stderr


def test_an_unknown_review_is_exit_code_1(desk: Desk):
    for words in (("show", "rv_9"), ("answer", "rv_9", "--uphold", "--reason", "told")):
        result = desk(*words)
        assert (result.exit_code, result.stderr) == (1, "Error: there is no review rv_9\n")
