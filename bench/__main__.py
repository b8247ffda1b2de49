"""`make bench`: measures each subject, shows it, and writes build/bench.json with what it was measured on."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from bench import commands, console, decisions, processes, receiving, sizing, stores
from bench.report import show

SUBJECTS = {
    "decisions": decisions.measure,
    "stores": stores.measure,
    "receiving": receiving.measure,
    "processes": processes.measure,
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
def main(subjects: tuple[str, ...], stores: str, svg: str | None) -> None:
    """Measure all subjects, or these."""
    measures = {**SUBJECTS, "sizing": partial(sizing.measure, up_to=int(stores))}
    console = Console(record=svg is not None)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        reports = {name: measures[name](progress) for name in subjects or SUBJECTS}
    for report in reports.values():
        show(console, report)
    FILE.parent.mkdir(exist_ok=True)
    found = {name: report.as_data() for name, report in reports.items()}
    FILE.write_text(json.dumps({"machine": _machine(), "subjects": found}, indent=2) + "\n")
    if svg:
        console.save_svg(svg, title="make bench")


def _machine() -> dict[str, Any]:
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "sqlite": sqlite3.sqlite_version,
    }


def _processor() -> str:
    """As Linux names it; elsewhere what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    main()
