"""The commands by which staff issue, block, lift and show awards."""

from __future__ import annotations

from pathlib import Path

import pytest

from receiver.container import Container
from receiver.services.decisions.decide import decide_store
from receiver.storage.tables import Store
from tests.cli.conftest import CommandRunner
from tests.db_factories import keep_all
from tests.factories import SETTLED
from tests.fakes import FrozenClock


class AwardCommands(CommandRunner):
    """The commands of a service with two due awards."""

    def __init__(self, container: Container, folder: Path) -> None:
        self.folder = folder
        super().__init__(container, "credits")
        for number in (1, 2):
            store_id = keep_all(container, f"st_{number}", f"700{number}")
            decide_store(container, store_id)
        self.first, self.second = sorted(row["id"] for row in self.json("list"))

    def file(self, *lines: str) -> str:
        path = self.folder / "issued.csv"
        path.write_text("\n".join(lines), encoding="utf-8-sig")
        return str(path)


@pytest.fixture
def commands(container: Container, clock: FrozenClock, tmp_path: Path) -> AwardCommands:
    clock.at = SETTLED
    return AwardCommands(container, tmp_path)


def test_a_listing_is_narrowed_as_in_the_console(commands: AwardCommands):
    commands.json("issue", commands.first, "--reference", "INV-1")

    def listed(*filters: str) -> list[str]:
        return sorted(row["id"] for row in commands.json("list", *filters))

    both = sorted((commands.first, commands.second))
    assert listed("--programme", "woocommerce-2025") == both
    assert listed("--programme", "other") == listed("--flagged") == listed("--overdue") == []
    assert listed("--state", "issued") == [commands.first]
    due_by = commands.json("list")[0]["due_by"]
    assert listed("--due-before", due_by) == []
    assert listed("--due-before", "2026-12-31") == both
    assert commands("list", "--due-before", "soon").exit_code == 2
    assert commands("list", "--programme", "a\nb").exit_code == 1


def test_the_life_of_an_award_from_due_to_credited(commands: AwardCommands):
    issued = commands.json("issue", commands.first, "--reference", "INV-1")
    assert (issued["state"], issued["reference"], issued["delivery"]) == ("issued", "INV-1", "applied")
    assert commands.json("issue", commands.first, "--reference", "INV-1") == {**issued, "effect": []}
    assert (
        commands.json("credited", commands.first, "--evidence", "PROMOTION_ISSUED row 7")["state"]
        == "credited"
    )
    assert commands.json("block", commands.first, "--reason", "police called")["state"] == "blocked"
    assert commands.json("show", commands.first)["block_cause"] == "other"
    assert commands.json("lift", commands.first, "--reason", "a mistake")["state"] == "credited"
    award = commands.json("show", commands.first)
    assert (award["evidence"], award["evidence_source"]) == ("PROMOTION_ISSUED row 7", "staff")
    assert [entry["action"] for entry in award["history"]] == [
        "award recorded",
        "award issue",
        "award credit",
        "award block",
        "award lift",
    ]
    assert award["history"][1]["actor"].startswith("cli:")
    assert "police called" in commands("show", commands.first).output


def test_the_stores_stage_follows_at_once(commands: AwardCommands):
    store_id = commands.json("issue", commands.first, "--reference", "CODE-1", "--as", "code")["store"]
    with commands.container.database.reading() as session:
        assert session.get_one(Store, store_id).stage == "issued"


def test_a_second_reference_is_refused_in_one_line(commands: AwardCommands):
    commands.json("issue", commands.first, "--reference", "INV-1")
    result = commands("issue", commands.first, "--reference", "INV-2")
    message = f"Error: award {commands.first} was issued before: applied, reference INV-1\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", message)


def test_a_file_is_issued_as_a_whole(commands: AwardCommands):
    name = commands.file("award;reference;as", f"{commands.first};INV-1;", f"{commands.second};CODE-2;code")
    assert [row["outcome"] for row in commands.json("issue", "--from", name, "--dry-run")] == [
        "would issue"
    ] * 2
    assert {row["state"] for row in commands.json("list")} == {"due"}
    second = commands.json("issue", "--from", name)[1]
    assert (second["line"], second["award"], second["outcome"]) == (3, commands.second, "issued")
    assert (second["reference"], second["as"], second["problem"]) == ("••••E-2", "code", None)
    assert {row["state"] for row in commands.json("list")} == {"issued"}
    assert [row["outcome"] for row in commands.json("issue", "--from", name)] == ["already issued"] * 2


def test_a_bad_row_is_told_with_its_line_and_nothing_is_issued(commands: AwardCommands):
    name = commands.file("award,reference", f"{commands.first},INV-1", "aw_9,INV-9")
    for words in (("--dry-run",), ()):
        result = commands("issue", "--from", name, *words)
        assert result.exit_code == 1
        message = "Error: nothing issued, for 1 of 2 rows: line 3: there is no award aw_9\n"
        assert result.stderr == message
        assert "aw_9" in result.stdout
    assert {row["state"] for row in commands.json("list")} == {"due"}


def test_the_error_names_the_first_bad_rows_and_counts_the_rest(commands: AwardCommands):
    result = commands(
        "issue", "--from", commands.file("award,reference", *(f"aw_{n},INV-1" for n in range(9)))
    )
    assert result.stderr.count("line ") == 5
    assert result.stderr.endswith("; and 4 more\n")
    assert (
        len(
            commands.json(
                "issue", "--from", commands.file("award,reference", "aw_1,I", "aw_2,I"), exit_code=1
            )
        )
        == 2
    )


def test_a_file_may_come_by_a_pipe(commands: AwardCommands):
    result = commands("issue", "--from", "-", stdin=f"award,reference\n{commands.first},INV-1\n")
    assert (result.exit_code, "issued" in result.stdout) == (0, True)
    assert commands("issue", "--from", "-", stdin="award,reference\n").stdout == "none\n"


def test_a_file_that_is_not_there_or_no_csv_is_one_clear_line(commands: AwardCommands):
    assert commands("issue", "--from", "nowhere.csv").stderr.startswith("Error: nowhere.csv: cannot be read")
    assert "line 1: the first line must name" in commands("issue", "--from", commands.file("id,ref")).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("issue",),
        ("issue", "aw_1"),
        ("issue", "aw_1", "--reference", "INV-1", "--as", "cash"),
        ("issue", "aw_1", "--reference", "INV-1", "--from", "a.csv"),
        ("issue", "--from", "a.csv", "--as", "code"),
        ("credited", "aw_1"),
        ("block", "aw_1"),
        ("lift", "aw_1"),
        ("show",),
    ],
)
def test_wrong_use_is_exit_code_2(commands: AwardCommands, words: tuple[str, ...]):
    assert commands(*words).exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("issue", "aw_9", "--reference", "INV-1"),
        ("credited", "aw_9", "--evidence", "seen"),
        ("block", "aw_9", "--reason", "told"),
        ("lift", "aw_9", "--reason", "told"),
        ("show", "aw_9"),
    ],
)
def test_an_unknown_award_is_exit_code_1(commands: AwardCommands, words: tuple[str, ...]):
    result = commands(*words)
    assert (result.exit_code, result.stderr) == (1, "Error: there is no award aw_9\n")


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        (("issue", "--reference", "INV-1"), "issued"),
        (("block", "--reason", "police called"), "blocked"),
    ],
)
def test_the_effect_on_store_and_award_is_shown_before_it_is_kept(commands: AwardCommands, words, stage):
    name, *options = words
    preview = commands.json(name, commands.first, *options, "--dry-run")
    assert {"what": "stage", "before": "due", "after": stage} in preview["effect"]
    assert (preview["state"], preview["saved"]) == (stage, False)
    assert {row["state"] for row in commands.json("list")} == {"due"}
    assert commands.json(name, commands.first, *options) == {**preview, "saved": True}
