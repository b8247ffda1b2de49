"""The report of a subject, and its form on a terminal and in build/bench.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.growth import Growth

WIDTH, HEIGHT = 64, 12


@dataclass(frozen=True)
class Report:
    """Figures by name, in words joined by underscores; tables of such by row; and what grows with what."""

    title: str
    figures: Mapping[str, float]
    growths: tuple[Growth, ...] = ()
    tables: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        growths = {
            f"{growth.what} by {growth.by}".replace(" ", "_"): growth.figures() for growth in self.growths
        }
        return {**self.figures, **growths, **self.tables}


def show(console: Console, report: Report) -> None:
    console.rule(f"[bold]{report.title}")
    for name, value in report.figures.items():
        console.print(f"{name.replace('_', ' ')}: [bold]{_format_number(value)}[/]")
    for title, rows in report.tables.items():
        console.print()
        console.print(_table(title, rows))
    for growth in report.growths:
        console.print()
        console.print(_growth_table(growth))
        console.print(_chart(growth), markup=False, highlight=False)
        item = growth.by.removesuffix("s")
        console.print(f"time per {item}, at the largest to the smallest size: [bold]{growth.ratio:.2f}[/]")
        console.print(f"one more {item}, among the larger to the smaller sizes: [bold]{growth.bend:.2f}[/]")
    console.print()


def _format_number(value: float) -> str:
    """Format a ratio with two places, a larger number without."""
    return f"{value:,.2f}" if value < 10 else f"{value:,.0f}"


def _table(title: str, rows: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in next(iter(rows.values()), {}):
        table.add_column(heading.replace("_", " "), justify="right")
    for name, figures in rows.items():
        table.add_row(name, *map(_format_number, figures.values()))
    return table


def _growth_table(growth: Growth) -> Table:
    table = Table(title=f"{growth.what}, by {growth.by}", title_justify="left")
    for heading in (growth.by, "ms", f"µs per {growth.by.removesuffix('s')}"):
        table.add_column(heading, justify="right")
    for size, seconds in growth.seconds.items():
        table.add_row(f"{size:,}", f"{seconds * 1e3:,.3f}", f"{growth.per_unit(size) * 1e6:,.2f}")
    return table


def _chart(growth: Growth) -> str:
    """Draw time upwards and size to the right: the measured points on the line that fits them best."""
    slope, start = growth.line
    widest, highest = max(growth.seconds), max(growth.seconds.values())
    rows = [[" "] * (WIDTH + 1) for _ in range(HEIGHT + 1)]

    def mark(size: float, seconds: float, sign: str) -> None:
        row = round(min(max(seconds, 0), highest) / highest * HEIGHT)
        rows[HEIGHT - row][round(size / widest * WIDTH)] = sign

    for column in range(WIDTH + 1):
        size = column / WIDTH * widest
        mark(size, start + slope * size, "·")
    for size, seconds in growth.seconds.items():
        mark(size, seconds, "●")
    lines = ["│" + "".join(row).rstrip() for row in rows]
    return "\n".join([*lines, "└" + "─" * (WIDTH + 1), f" 0{widest:>{WIDTH},} {growth.by}"])
