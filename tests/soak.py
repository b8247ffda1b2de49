"""`make soak`, on both databases: the kill test, long; hostile tenants beside an honest one; mutated calls.

`make soak ARGS="--kills 200 --seconds 30 --calls 100000 --seed 7"`; 0 leaves one of them out.
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

from bench.serving import open_database
from receiver.container import Container, build_container
from receiver.storage.migrate import migrate
from tests.conftest import make_settings
from tests.crash_runner import kill_at_random
from tests.fakes import FrozenClock
from tests.fuzzed_routes import call_all_routes
from tests.sandbox.ports import two_free_ports
from tests.tenants import ATTACKS, LINKS_ASKED, attack_service, flood_links


@click.command
@click.option("--kills", type=click.IntRange(min=0), default=50, show_default=True, help="On each database.")
@click.option("--seconds", type=click.IntRange(min=0), default=15, show_default=True, help="Of each attack.")
@click.option(
    "--calls",
    type=click.IntRange(min=0),
    default=100_000,
    show_default=True,
    help="Of routes, on each database.",
)
@click.option("--seed", type=int, help="Of all that is left to chance; printed, to do the same again.")
def main(kills: int, seconds: int, calls: int, seed: int | None) -> None:
    """Kill web and worker under load, let hostile tenants attack, then send mutated calls to every route.

    Exit code 1 when a delivery was lost or applied twice, an honest store had to wait, or a call met a fault
    of ours.
    """
    run_seed = random.randrange(10**6) if seed is None else seed
    click.echo(f"seed {run_seed}")
    whole = True
    for kind in ("sqlite", "postgresql"):
        began = time.monotonic()
        with _database(kind) as url:
            container = build_container(make_settings(database_url=url))
            migrate(container.database)
            whole = (not kills or _kill(container, kind, kills, run_seed)) and whole
            whole = (not seconds or _let_attack(container, kind, seconds)) and whole
            container.database.close()
        whole = (not calls or _call_routes(kind, calls, run_seed)) and whole
        click.echo(f"{kind}: {time.monotonic() - began:.0f} s")
    sys.exit(0 if whole else 1)


def _call_routes(kind: str, calls: int, seed: int) -> bool:
    began = time.monotonic()
    with _database(kind) as url:
        container = build_container(make_settings(database_url=url))
        migrate(container.database)
        container.database.close()
        try:
            statuses = call_all_routes(url, FrozenClock(datetime.now(UTC)), calls, seed)
        except AssertionError as error:
            click.echo(f"{kind}: {error}")
            return False
    click.echo(
        f"{kind}: {calls} calls, {dict(sorted(statuses.items()))}, in {time.monotonic() - began:.0f} s"
    )
    return True


def _kill(container: Container, kind: str, kills: int, seed: int) -> bool:
    with click.progressbar(length=kills, label=f"{kind:<10} kills", file=sys.stderr) as bar:
        result = kill_at_random(container, two_free_ports(), kills, seed, progress=lambda: bar.update(1))
    click.echo(f"{kind}: {result}")
    return result.is_whole


def _let_attack(container: Container, kind: str, seconds: int) -> bool:
    with click.progressbar(length=len(ATTACKS), label=f"{kind:<10} attacks", file=sys.stderr) as bar:
        results = list(attack_service(container, two_free_ports(), seconds, progress=lambda: bar.update(1)))
    with click.progressbar(length=LINKS_ASKED, label=f"{kind:<10} links", file=sys.stderr) as bar:
        flood = flood_links(container, progress=bar.update)
    bounded = True
    for item in (*results, flood):
        click.echo(f"{kind}: {'' if item.is_bounded else 'NOT BOUNDED: '}{item}")
        bounded = bounded and item.is_bounded
    return bounded


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """Yield the address of an empty database."""
    with tempfile.TemporaryDirectory(prefix="soak") as folder, open_database(kind, folder) as url:
        yield url


if __name__ == "__main__":
    main()
