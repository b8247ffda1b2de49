"""The last recorded run, which docs/performance.md holds, and what got slower since.

Machines are noisy: a figure is called slower from SLOWER times on. Seconds and rates say something only where
the processor is the recorded one; ratios of one run and counts do everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
HEADING = "## The last recorded run"
SLOWER = 1.25  # times; two runs of the same code differ by less on a machine that does little else
# By the end of a figure's name. Of all others less is better.
MORE_IS_BETTER = ("a_second", "a_second_by_one_worker", "accepted_to_noop", "drained_to_accepted")
MORE_IS_BETTER_IN = re.compile(r"a_second_|_by_\d+_to_1$")
SAYS_NOTHING_OF_SPEED = re.compile(r"[:_]load(_|$)|new_decisions|of_noop$| burst:")
HOLDS_EVERYWHERE = re.compile(r"_to_|queries|ask_more")
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<value>[-+.e\d]+) \|$", re.MULTILINE)
MACHINE = re.compile(r"^Processor: (?P<processor>.+)\.$", re.MULTILINE)


@dataclass(frozen=True)
class RecordedRun:
    """Figures by subject and name, and the processor that they are from."""

    processor: str
    figures: Mapping[str, float]


@dataclass(frozen=True)
class SlowerFigure:
    """A figure that got worse: `times` is 2 where the cost has doubled or the rate has halved."""

    name: str
    before: float
    now: float
    times: float

    def __str__(self) -> str:
        return f"{self.name}: {self.before:.3g} → {self.now:.3g}, {self.times:.2f} times as slow"


def figures_of(subjects: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of build/bench.json by the names that lead to each, joined by colons.

    Without those that say nothing of speed: how busy the machine was, and what is drawn by time.
    """
    return {name: value for name, value in _walk("", subjects) if not SAYS_NOTHING_OF_SPEED.search(name)}


def read_recorded(text: str) -> RecordedRun | None:
    """Return the run that docs/performance.md holds; None where it holds none."""
    section = text.partition(HEADING)[2]
    machine = MACHINE.search(section)
    figures = {row["name"]: float(row["value"]) for row in ROW.finditer(section)}
    return RecordedRun(machine["processor"], figures) if machine and figures else None


def with_record(text: str, machine: Mapping[str, Any], subjects: Mapping[str, Any]) -> str:
    """Return docs/performance.md with this run last; subjects that were not measured keep their figures."""
    before = read_recorded(text)
    measured = figures_of(subjects)
    older = {
        name: value
        for name, value in (before.figures if before else {}).items()
        if name.partition(":")[0] not in subjects
    }
    rows = [f"| `{name}` | {value:.4g} |" for name, value in sorted({**older, **measured}.items())]
    head = (
        f"`make bench ARGS=--record` writes it; each `make bench` says what got slower since.\n"
        f"{', '.join(sorted(subjects))}: {machine['measured_at']}, Python {machine['python']},\n"
        f"SQLite {machine['sqlite']}, {machine['cores']} cores, load {machine['load_before']:.1f} before.\n\n"
        f"Processor: {machine['processor']}.\n\n| figure | |\n| --- | ---: |\n"
    )
    return f"{text.partition(HEADING)[0].rstrip()}\n\n{HEADING}\n\n{head}" + "\n".join(rows) + "\n"


def slower_than(recorded: RecordedRun, processor: str, subjects: Mapping[str, Any]) -> list[SlowerFigure]:
    """Return what got slower, the worst first."""
    same = recorded.processor == processor
    slower = []
    for name, now in figures_of(subjects).items():
        before = recorded.figures.get(name, 0.0)
        if before <= 0 or now <= 0 or not (same or HOLDS_EVERYWHERE.search(name.rpartition(":")[2])):
            continue
        times = before / now if _more_is_better(name) else now / before
        if times >= SLOWER:
            slower.append(SlowerFigure(name, before, now, times))
    return sorted(slower, key=lambda item: -item.times)


def _more_is_better(name: str) -> bool:
    figure = name.rpartition(":")[2]
    return figure.endswith(MORE_IS_BETTER) or MORE_IS_BETTER_IN.search(figure) is not None


def _walk(path: str, figures: Any) -> Iterator[tuple[str, float]]:
    if isinstance(figures, Mapping):
        for name, inside in figures.items():
            yield from _walk(f"{path}:{name}" if path else str(name), inside)
    else:
        yield path, float(figures)
