"""The process that moves the sandbox's clock on request, day by day, with the worker's jobs at each step."""

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
from receiver.sandbox.clock.moves import StageTransition, plan_move
from receiver.sandbox.paths import find_paths
from receiver.settings import read_settings
from receiver.storage import heartbeats
from receiver.storage.tables import Store
from receiver.worker.jobs import every_minute

CHECK_SECONDS = 0.2
TROUBLE_SECONDS = 2.0

log = get_logger(__name__)

Stages = dict[str, tuple[str, str | None]]  # each store's name and stage


def move_clock(container: Container, controls: ClockControls, until: datetime) -> None:
    """Move the clock to `until` in steps of at most a day, and run the worker's jobs after each.

    The worker goes on beside it. A move that was cut off goes on with the step it had not finished.
    """
    clock, moves = controls.clock, controls.moves
    latest = moves.latest()
    move = latest if latest and latest.end == until and not latest.finished else plan_move(clock(), until)
    moves.report(move)
    stages = _stages(container)
    for moment in move.moments()[move.done :]:
        _move_to(container, clock, moment)
        for job in every_minute(container):
            job.run(Event())
        before, stages = stages, _stages(container)
        move = move.with_step(_changes(moment, before, stages))
        moves.report(move)
    moves.finish()


def _move_to(container: Container, clock: MovableClock, moment: datetime) -> None:
    """Move the clock in one transaction with the worker's heartbeat, so that it never seems silent."""
    with container.database.writing() as session:
        before = clock()
        clock.move_to(moment)
        heartbeats.carry_over(session, heartbeats.WORKER, before, clock())


def _stages(container: Container) -> Stages:
    with container.database.reading() as session:
        rows = session.execute(select(Store.id, Store.name, Store.stage).order_by(Store.name)).all()
    return {store_id: (name, stage) for store_id, name, stage in rows}


def _changes(at: datetime, before: Stages, after: Stages) -> list[StageTransition]:
    changes = []
    for store_id, (name, stage) in after.items():
        _, was = before.get(store_id, (name, None))
        if was != stage:
            changes.append(StageTransition(at, store_id, name, was, stage))
    return changes


def serve(container: Container, controls: ClockControls, stopping: Event) -> None:
    """Carry out every requested move, until `stopping` is set."""
    with controls.moves.serve():
        while not stopping.wait(CHECK_SECONDS):
            if (until := controls.moves.destination()) is not None:
                _carry_out(container, controls, until)


def main() -> None:
    """Carry out moves until the process is stopped."""
    log_to_stderr()
    paths = find_paths(os.environ)
    serve(build_container(read_settings(paths.env_file)), ClockControls(paths.folder), Event())


def _carry_out(container: Container, controls: ClockControls, until: datetime) -> None:
    """Carry out a move; after a failure of the database its request stays, for a later try."""
    try:
        move_clock(container, controls, until)
    except StorageUnavailable as error:
        log.warning("clock waits", error=str(error))
        time.sleep(TROUBLE_SECONDS)
    except Exception:  # the edge: a move that cannot be made is given up, where the clock came to
        log.exception("clock stopped on its way")
        controls.moves.finish()


if __name__ == "__main__":
    main()
