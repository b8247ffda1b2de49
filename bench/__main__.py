"""`make bench`: measures the subjects, shows them and what got slower, and writes build/bench.json.

The file also names the machine and its load before the run.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from bench import burst, commands, console, decisions, processes, receiving, recorded, sizing, stores
from bench.report import show
from receiver.collector import collect_seldom, freeze_start

SUBJECTS = {
    "decisions": decisions.measure,
    "stores": stores.measure,
    "receiving": receiving.measure,
    "processes": processes.measure,
    "burst": burst.measure,
    "console": console.measure,
    "commands": commands.measure,
    "sizing": sizing.measure,
}
FILE = Path(__file__).resolve().parent.parent / "build" / "bench.json"


@click.command
@click.argument("subjects", nargs=-1, type=click.Choice(list(SUBJECTS)))
@click.option(
    "--stores",
    type=click.Choice([str(size) for size in sizing.SIZES]),
    default=str(sizing.UP_TO),
    show_default=True,
    help="The largest size that `sizing` fills and measures; 100000 takes an hour and 35 GB.",
)
@click.option("--svg", help="Keep what was shown as a picture in this file.")
@click.option(
    "--record", is_flag=True, help="Keep this run in docs/performance.md, for later ones to be held against."
)
def main(subjects: tuple[str, ...], stores: str, svg: str | None, record: bool) -> None:
    """Measure all subjects, or these, and say what got slower since the last recorded run."""
    measures = {**SUBJECTS, "sizing": partial(sizing.measure, up_to=int(stores))}
    console = Console(record=svg is not None)
    machine = _machine()
    freeze_start()
    collect_seldom()  # as the worker does: much is measured in this process
    with Progress(console=Console(stderr=True), transient=True) as progress:
        reports = {name: measures[name](progress) for name in subjects or SUBJECTS}
    for report in reports.values():
        show(console, report)
    FILE.parent.mkdir(exist_ok=True)
    figures = {name: report.as_data() for name, report in reports.items()}
    FILE.write_text(json.dumps({"machine": machine, "subjects": figures}, indent=2) + "\n")
    console.print(
        f"{machine['cores']} cores of {machine['processor']}, load {machine['load_before']:.1f} before"
    )
    _print_slower(console, machine, figures)
    if record:
        text = recorded.FILE.read_text()
        recorded.FILE.write_text(recorded.with_record(text, machine, figures))
    if svg:
        console.save_svg(svg, title="make bench")


def _print_slower(console: Console, machine: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    """Print a line for each figure that is slower than in the run that docs/performance.md holds."""
    before = recorded.read_recorded(recorded.FILE.read_text())
    if before is None:
        return
    if before.processor != machine["processor"]:
        console.print(
            f"recorded on another processor ({before.processor}): only ratios and counts are compared"
        )
    slower = recorded.slower_than(before, machine["processor"], figures)
    for item in slower:
        console.print(f"slower: {item}", style="bold red", highlight=False)
    if not slower:
        console.print(f"nothing is {recorded.SLOWER} times as slow as recorded")


def _machine() -> dict[str, Any]:
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "sqlite": sqlite3.sqlite_version,
    }


def _processor() -> str:
    """Return the processor's name as Linux has it; elsewhere what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    main()
