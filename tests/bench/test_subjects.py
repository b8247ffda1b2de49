"""Every subject still runs, is shown, and is written for programs."""

import json
import shutil
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

from click.testing import CliRunner

from bench import __main__ as bench
from bench import burst, commands, console, decisions, drain, processes, receiving, serving, stores
from bench.serving import a_database, a_load, a_service
from receiver.worker.loop import BATCH


def test_all_subjects_are_measured_shown_and_written(monkeypatch, tmp_path, migrated_file):
    @contextmanager
    def a_copy(kind: str, folder: str):
        """One of SQLite is migrated already."""
        if kind == "sqlite":
            shutil.copy(migrated_file, f"{folder}/receiver.db")
        with a_database(kind, folder) as url:
            yield url

    for module in (serving, stores, console):
        monkeypatch.setattr(module, "a_database", a_copy)
    seconds = count(1)

    def once(run, *_, **__) -> float:
        run()
        return float(next(seconds))

    for subject in (decisions, stores):
        monkeypatch.setattr(subject, "quickest", once)
    monkeypatch.setattr(stores, "STORES", (1, 2, 3))
    for subject in (receiving, processes):
        monkeypatch.setattr(subject, "a_service", lambda kind: a_service(kind, stores=40))
        # Over when all is sent: within so many seconds a busy machine may have answered nothing.
        monkeypatch.setattr(
            subject, "a_load", lambda *which: replace(a_load(*which, signals=2), once=True, seconds=60.0)
        )
    for name, little in {"CASES": (("sqlite", 1, 4),), "ROUNDS": 1}.items():
        monkeypatch.setattr(receiving, name, little)
    monkeypatch.setattr(receiving, "CONNECTIONS", 4)
    monkeypatch.setattr(drain, "STORES", 10)
    for name, few in {"FEW": 20, "MANY": 60, "DRAINED": BATCH}.items():
        monkeypatch.setattr(receiving, name, few)
    little = {
        "PROCESSES": (1,),
        "ROUNDS": 1,
        "CONNECTIONS": 4,
        "STORES": 5,
        "WAITING": 2 * BATCH + 10,
    }
    for name, few in little.items():
        monkeypatch.setattr(processes, name, few)
    for name, few in {
        "DATABASES": ("sqlite",),
        "STORES": 4,
        "SIGNALS": 5,
        "CONNECTIONS": 4,
        "EVERY": 0.05,
    }.items():
        monkeypatch.setattr(burst, name, few)
    for name, small in {"DATABASES": ("sqlite",), "FEW": (20, 20), "MANY": (60, 40), "ROUNDS": 1}.items():
        monkeypatch.setattr(console, name, small)
    monkeypatch.setattr(commands, "ROUNDS", 1)
    monkeypatch.delitem(bench.SUBJECTS, "sizing")  # test_sizing.py
    monkeypatch.setattr(bench, "FILE", tmp_path / "build" / "bench.json")
    shown = CliRunner().invoke(bench.main, [], catch_exceptions=False).output
    written = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert {"python", "processor", "cores", "measured_at"} <= set(written["machine"])
    assert set(written["subjects"]) == set(bench.SUBJECTS)
    assert written["subjects"]["stores"]["one_round_by_stores"]["seconds_by_size"].keys() == {"1", "2", "3"}
    pages = written["subjects"]["console"]["sqlite"]
    assert pages["/admin/deliveries"]["queries"] > 0
    assert written["subjects"]["console"]["pages_that_ask_more_with_many"] == 0
    assert "/admin/awards" in shown
    assert written["subjects"]["commands"]["help_to_python"] > 1
    assert "one decision, by days" in shown
    assert "one round, by stores" in shown
    assert written["subjects"]["burst"]["sqlite_accepted_a_second"] > 0
    assert written["subjects"]["processes"]["drained_a_second_by_1"] > 0
    assert written["subjects"]["receiving"]["sqlite_drained_to_accepted"] > 0
    assert written["subjects"]["receiving"]["sqlite_new_decisions_a_delivery"] > 0
