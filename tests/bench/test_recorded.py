"""A run is held against the recorded one: what got slower is named, and nothing else."""

from __future__ import annotations

import pytest

from bench.recorded import RecordedRun, figures_of, read_recorded, slower_than, with_record

MACHINE = {
    "measured_at": "2026-11-29T12:00:00+00:00",
    "python": "3.11.2",
    "sqlite": "3.40.1",
    "cores": 2,
    "load_before": 0.25,
    "processor": "A Processor (2)",
}
FOUND = {
    "receiving": {"sqlite_cpu_to_noop": 1.5, "sqlite_accepted_a_second": 3000, "load_before": 0.1},
    "burst": {"sqlite burst": {"7.3 s": {"waiting": 700}}},
    "stores": {"one_round": {"seconds_by_size": {"50": 0.25}}},
}


def recorded(**figures):
    return RecordedRun(MACHINE["processor"], {f"receiving:{name}": value for name, value in figures.items()})


def slower(before, now, processor=MACHINE["processor"]):
    return [item.name for item in slower_than(before, processor, {"receiving": now})]


def test_a_recorded_run_is_read_as_it_was_measured():
    text = with_record("# Performance\n\nWords.\n", MACHINE, FOUND)
    assert text.startswith("# Performance\n\nWords.\n\n## The last recorded run\n")
    assert read_recorded(text) == RecordedRun(MACHINE["processor"], figures_of(FOUND))


def test_recording_again_replaces_what_was_measured_and_keeps_the_other_subjects():
    once = with_record("# Performance\n", MACHINE, FOUND)
    again = with_record(once, MACHINE, {"stores": {"one_round": {"seconds_by_size": {"100": 0.5}}}})
    assert again.count("## The last recorded run") == 1
    figures = read_recorded(again).figures
    assert figures["receiving:sqlite_cpu_to_noop"] == 1.5
    assert "stores:one_round:seconds_by_size:50" not in figures
    assert figures["stores:one_round:seconds_by_size:100"] == 0.5


def test_a_page_without_a_run_holds_none():
    assert read_recorded("# Performance\n") is None


@pytest.mark.parametrize("name", ["cpu_to_noop", "p99_ms", "resting_web_mb", "p99_to_noop"])
def test_a_cost_that_grew_is_slower(name):
    assert slower(recorded(**{name: 1.0}), {name: 1.3}) == [f"receiving:{name}"]
    assert slower(recorded(**{name: 1.0}), {name: 1.2}) == []
    assert slower(recorded(**{name: 1.0}), {name: 0.5}) == []


@pytest.mark.parametrize(
    "name",
    [
        "accepted_a_second",
        "accepted_to_noop",
        "sqlite_drained_to_accepted",
        "drained_by_2_to_1",
        "decisions_a_second_with_30_days_of_spend",
        "sqlite_drained_a_second_by_one_worker",
    ],
)
def test_a_rate_that_fell_is_slower(name):
    assert slower(recorded(**{name: 2.6}), {name: 2.0}) == [f"receiving:{name}"]
    assert slower(recorded(**{name: 2.0}), {name: 2.6}) == []


def test_the_worst_comes_first():
    assert slower(recorded(a_ms=1, b_ms=1), {"a_ms": 2, "b_ms": 3}) == ["receiving:b_ms", "receiving:a_ms"]


def test_how_busy_the_machine_was_is_no_slowness():
    assert slower(recorded(machine_load_before=0.1), {"machine_load_before": 9.0}) == []
    assert figures_of({"receiving": {"load_before": 9.0, "cpu_us_a_request_of_noop": 100}}) == {}


def test_a_figure_that_is_new_or_gone_says_nothing():
    assert slower(recorded(gone_ms=1), {"new_ms": 5}) == []


def test_on_another_processor_only_ratios_and_counts_are_compared():
    before = recorded(p99_ms=1, cpu_to_noop=1, queries=10)
    now = {"p99_ms": 9, "cpu_to_noop": 2, "queries": 20}
    assert slower(before, now, "Another") == ["receiving:cpu_to_noop", "receiving:queries"]
