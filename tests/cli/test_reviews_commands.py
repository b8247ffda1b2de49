"""Staff see and answer reviews on the command line."""

from __future__ import annotations

import pytest

from receiver.container import Container
from receiver.services.decisions.decide import decide_store
from receiver.services.reviews.ask import ask_review
from receiver.storage.tables import Store
from tests.cli.conftest import CommandRunner
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.fakes import FrozenClock


class ReviewCommands(CommandRunner):
    """The commands of a service with a German store whose merchant asked for a review."""

    def __init__(self, container: Container) -> None:
        super().__init__(container, "reviews")
        keep_all(container)
        with container.database.writing() as session:
            session.get_one(Store, "st_1").country = "DE"
        decide_store(container.at(SETTLED), "st_1")
        review, _ = ask_review(container.at(SETTLED), "st_1", "we moved\nto the US")
        self.review = review.id


@pytest.fixture
def commands(container: Container, clock: FrozenClock) -> ReviewCommands:
    clock.at = SETTLED
    return ReviewCommands(container)


def test_the_queue_shows_who_waits_and_the_merchants_words_on_one_line(commands: ReviewCommands):
    (row,) = commands.json("list", "--state", "open")
    assert (row["id"], row["store"], row["message"]) == (commands.review, "st_1", "we moved\nto the US")
    assert "we moved to the US" in commands("list").stdout
    assert commands.json("list", "--state", "answered") == []


def test_a_review_is_shown_with_what_the_merchant_had_been_told(commands: ReviewCommands):
    output = commands("show", commands.review).stdout
    assert (
        "Your store is based in Germany. The offer applies only in: United States and United Kingdom."
        in output
    )
    assert commands.json("show", commands.review)["told"]["stage"] == "ineligible"


def test_the_effect_of_an_answer_is_shown_before_it_is_kept(commands: ReviewCommands):
    words = ("answer", commands.review, "--override", "store_market=pass", "--reason", "register entry seen")
    preview = commands.json(*words, "--dry-run")
    assert (preview["stage"], preview["saved"]) == ("due", False)
    assert {"what": "rules.store_market", "before": "fail", "after": "pass"} in preview["effect"]
    assert commands.json("list", "--state", "answered") == []
    assert commands.json(*words)["answered_by"].startswith("cli:")
    assert [row["id"] for row in commands.json("list", "--state", "answered")] == [commands.review]


def test_a_review_can_be_upheld_or_answered_with_a_fact(commands: ReviewCommands):
    recorded = commands.json(
        "answer", commands.review, "--fact", "payment=unknown", "--reason", "told", "--dry-run"
    )
    assert recorded["recorded"] == {"name": "payment", "value": "unknown"}
    assert (
        commands.json("answer", commands.review, "--uphold", "--reason", "it is in Germany")["answer"]
        == "upheld"
    )


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--uphold",),
        ("--reason", "told"),
        ("--uphold", "--override", "store_market=pass", "--reason", "told"),
    ],
)
def test_wrong_use_is_exit_code_2(commands: ReviewCommands, words: tuple[str, ...]):
    assert commands("answer", commands.review, *words).exit_code == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--override", "spend_reached=pass"), "record the fact it rests on instead"),
        (("--override", "nonsense"), "is no rule"),
        (("--fact", "weather=good"), "name: must be one of"),
    ],
)
def test_what_cannot_be_recorded_is_one_clear_line(
    commands: ReviewCommands, words: tuple[str, ...], message: str
):
    result = commands("answer", commands.review, *words, "--reason", "told")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert message in result.stderr


def test_an_unknown_review_is_exit_code_1(commands: ReviewCommands):
    for words in (("show", "rv_9"), ("answer", "rv_9", "--uphold", "--reason", "told")):
        result = commands(*words)
        assert (result.exit_code, result.stderr) == (1, "Error: there is no review rv_9\n")
