"""Moves the sandbox's clock when somebody asks: day by day, doing at each what the worker would have done."""

from __future__ import annotations

import os
import time
from datetime import datetime
from threading import Event

from sqlalchemy import select

from receiver.container import Container, build_container
from receiver.errors import StorageUnavailable
from receiver.logs import get_logger, log_to_stderr
from receiver.sandbox.clock.controls import ClockControls
from receiver.sandbox.clock.movable_clock import MovableClock
from receiver.sandbox.clock.moves import Change, move
from receiver.sandbox.paths import find_paths
from receiver.settings import read_settings
from receiver.storage import heartbeats
from receiver.storage.tables import Store
from receiver.worker.jobs import every_minute

LOOK_SECONDS = 0.2
TROUBLE_SECONDS = 2.0

log = get_logger(__name__)

Stages = dict[str, tuple[str, str | None]]  # each store's name and stage


def move_clock(container: Container, controls: ClockControls, until: datetime) -> None:
    """Live through the time until then, at most a day at a time. The worker goes on beside it.

    One that was cut off goes on with the step it had not finished.
    """
    clock, moves = controls.clock, controls.moves
    latest = moves.latest()
    under_way = latest if latest and latest.end == until and not latest.finished else move(clock(), until)
    moves.report(under_way)
    stages = _stages(container)
    for moment in under_way.moments()[under_way.done :]:
        _move_to(container, clock, moment)
        for job in every_minute(container):
            job.run(Event())
        stages, were = _stages(container), stages
        under_way = under_way.stepped(_changes(moment, were, stages))
        moves.report(under_way)
    moves.arrived()


def _move_to(container: Container, clock: MovableClock, moment: datetime) -> None:
    """In one transaction with the worker's sign of life, so that it never seems silent for a day."""
    with container.database.writing() as session:
        before = clock()
        clock.move_to(moment)
        heartbeats.carry_over(session, heartbeats.WORKER, before, clock())


def _stages(container: Container) -> Stages:
    with container.database.reading() as session:
        found = session.execute(select(Store.id, Store.name, Store.stage).order_by(Store.name)).all()
    return {store_id: (name, stage) for store_id, name, stage in found}


def _changes(at: datetime, before: Stages, after: Stages) -> list[Change]:
    changes = []
    for store_id, (name, stage) in after.items():
        _, was = before.get(store_id, (name, None))
        if was != stage:
            changes.append(Change(at, store_id, name, was, stage))
    return changes


def serve(container: Container, controls: ClockControls, stopping: Event) -> None:
    """Carry out every move that is asked for, until `stopping` is set."""
    with controls.moves.served():
        while not stopping.wait(LOOK_SECONDS):
            if (until := controls.moves.wanted()) is not None:
                _move(container, controls, until)


def main() -> None:
    log_to_stderr()
    place = find_paths(os.environ)
    serve(build_container(read_settings(place.env_file)), ClockControls(place.folder), Event())


def _move(container: Container, controls: ClockControls, until: datetime) -> None:
    """What a database out of reach leaves undone is still wanted, and done at a later look."""
    try:
        move_clock(container, controls, until)
    except StorageUnavailable as error:
        log.warning("clock waits", error=str(error))
        time.sleep(TROUBLE_SECONDS)
    except Exception:  # the edge: a move that cannot be made is given up, where the clock came to
        log.exception("clock stopped on its way")
        controls.moves.arrived()


if __name__ == "__main__":
    main()
