"""Every subject still runs, is shown, and is written for programs."""

import json
import shutil
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest
from click.testing import CliRunner

from bench import __main__ as bench
from bench import burst, commands, console, decisions, drain, processes, receiving, serving, stores
from bench.serving import build_load, open_database, open_service
from receiver.worker.loop import BATCH

FIGURES_ABOVE_ZERO = {
    "burst": ["sqlite_accepted_a_second"],
    "processes": ["drained_a_second_by_1"],
    "receiving": ["sqlite_drained_to_accepted", "sqlite_new_decisions_a_delivery"],
}


@pytest.fixture
def small_subjects(monkeypatch, tmp_path, migrated_file):
    """The subjects at their smallest sizes, written to a folder of the test's own."""
    use_migrated_copies(monkeypatch, migrated_file)
    run_once(monkeypatch)
    shorten_loads(monkeypatch)
    shrink_sizes(monkeypatch)
    monkeypatch.delitem(bench.SUBJECTS, "sizing")  # test_sizing.py
    monkeypatch.setattr(bench, "FILE", tmp_path / "build" / "bench.json")


def use_migrated_copies(monkeypatch, migrated_file):
    """Begin each SQLite database as a copy of one that is migrated already."""

    @contextmanager
    def open_copy(kind: str, folder: str):
        if kind == "sqlite":
            shutil.copy(migrated_file, f"{folder}/receiver.db")
        with open_database(kind, folder) as url:
            yield url

    for module in (serving, stores, console):
        monkeypatch.setattr(module, "open_database", open_copy)


def run_once(monkeypatch):
    """Run what is timed once, and say that each took a second longer than the one before."""
    seconds = count(1)

    def quickest(run, *_, **__) -> float:
        run()
        return float(next(seconds))

    for subject in (decisions, stores):
        monkeypatch.setattr(subject, "quickest", quickest)


def shorten_loads(monkeypatch):
    """Send two signals of forty stores, and end when all are sent.

    Within a number of seconds a busy machine may have answered nothing.
    """

    def build_short_load(*arguments):
        return replace(build_load(*arguments, signals=2), once=True, seconds=60.0)

    for subject in (receiving, processes):
        monkeypatch.setattr(subject, "open_service", lambda kind: open_service(kind, stores=40))
        monkeypatch.setattr(subject, "build_load", build_short_load)


def shrink_sizes(monkeypatch):
    sizes = {
        stores: {"STORES": (1, 2, 3)},
        receiving: {
            "CASES": (("sqlite", 1, 4),),
            "ROUNDS": 1,
            "CONNECTIONS": 4,
            "FEW": 20,
            "MANY": 60,
            "DRAINED": BATCH,
        },
        drain: {"STORES": 10},
        processes: {
            "PROCESSES": (1,),
            "ROUNDS": 1,
            "CONNECTIONS": 4,
            "STORES": 5,
            "BACKLOG": 2 * BATCH + 10,
        },
        burst: {"DATABASES": ("sqlite",), "STORES": 4, "SIGNALS": 5, "CONNECTIONS": 4, "EVERY": 0.05},
        console: {"DATABASES": ("sqlite",), "FEW": (20, 20), "MANY": (60, 40), "ROUNDS": 1},
        commands: {"ROUNDS": 1},
    }
    for subject, constants in sizes.items():
        for name, value in constants.items():
            monkeypatch.setattr(subject, name, value)


@pytest.mark.usefixtures("small_subjects")
def test_all_subjects_are_measured_shown_and_written():
    output = CliRunner().invoke(bench.main, [], catch_exceptions=False).output
    report = json.loads(bench.FILE.read_text())
    assert {"python", "processor", "cores", "measured_at"} <= set(report["machine"])
    assert set(report["subjects"]) == set(bench.SUBJECTS)
    assert all(text in output for text in ("/admin/awards", "one decision, by days", "one round, by stores"))
    subjects = report["subjects"]
    assert subjects["stores"]["one_round_by_stores"]["seconds_by_size"].keys() == {"1", "2", "3"}
    assert subjects["console"]["sqlite"]["/admin/deliveries"]["queries"] > 0
    assert subjects["console"]["pages_that_ask_more_with_many"] == 0
    assert subjects["commands"]["help_to_python"] > 1
    for subject, names in FIGURES_ABOVE_ZERO.items():
        assert all(subjects[subject][name] > 0 for name in names), subject
