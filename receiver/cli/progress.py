"""A progress bar on standard error, shown on a terminal only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from receiver.services.operations.copy_database import Progress


@contextmanager
def table_progress() -> Iterator[Progress]:
    """Show the table in hand and how many of all rows have passed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bar = bars.add_task("secrets", total=None)

        def show(table: str, of: int, more: int) -> None:
            bars.update(bar, description=table, total=of, advance=more)

        yield show
