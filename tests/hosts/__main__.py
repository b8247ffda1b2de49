"""Runs the service on several hosts, under load, and breaks what can break between them, one by one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from tests.crash_runner import waits
from tests.hosts import judging
from tests.hosts.fleet import Fleet, fleet
from tests.hosts.judging import Phase, PromiseCheck
from tests.processes import wait_until

CALM, AWAY = 20, 10  # seconds
ALONE = 130  # seconds: the periodic work of two minutes at least
WEB_CUT, WORKER_CUT, ALL_CUT = "web-1 cut off", "worker-1 cut off", "all cut off"
ONE_WORKER, LAST = "worker-1 alone", "calm again"


class Course:
    """What was done, and when."""

    def __init__(self) -> None:
        self.phases: dict[str, Phase] = {}
        self.kills = 0
        self.held: dict[str, int] = {}  # sessions the server still keeps for a host at the end of its cut

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        click.echo(f"{time.strftime('%H:%M:%S')} {name}")
        began = time.time()
        yield
        self.phases[name] = Phase(name, began, time.time())

    def calm(self, seconds: float = CALM, name: str = "calm") -> None:
        with self.phase(name):
            time.sleep(seconds)

    def kill(self, fleet: Fleet, name: str, seconds: float, called: str | None = None) -> None:
        """A host's processes all at once; they are started again after so many seconds."""
        with self.phase(called or f"{name} killed"):
            fleet.processes[name].kill()
            self.kills += 1
            time.sleep(seconds)
        fleet.processes[name].start()
        self.calm()

    def cut(self, fleet: Fleet, name: str, seconds: float, called: str) -> None:
        with fleet.hosts[name].cut_off(), self.phase(called):
            time.sleep(seconds)
            if name != "db":
                self.held[name] = fleet.sessions_of(name)
        self.calm()


def _break(fleet: Fleet, course: Course, cut: int) -> None:
    course.calm()
    course.kill(fleet, "web-2", AWAY)
    course.kill(fleet, "worker-2", AWAY)
    course.cut(fleet, "web-1", cut, WEB_CUT)
    course.cut(fleet, "worker-1", cut, WORKER_CUT)
    course.kill(fleet, "worker-2", ALONE, ONE_WORKER)
    course.cut(fleet, "db", cut, ALL_CUT)
    with course.phase("PostgreSQL restarted"):
        fleet.server.stop()
        time.sleep(AWAY)
        fleet.server.start()
    course.calm()
    course.calm(2 * judging.MINUTE, LAST)


def _judge(fleet: Fleet, course: Course) -> list[PromiseCheck]:
    answered, phases = fleet.answered(), course.phases
    first, second = fleet.addresses.values()
    return [
        judging.nothing_lost(fleet.container, answered, course.kills),
        judging.refused_in_time("web-1", first, answered, phases[WEB_CUT]),
        judging.all_taken("web-2", answered, phases[WEB_CUT], second),
        judging.all_taken("both webs", answered, phases[WORKER_CUT]),
        judging.refused_in_time("web-1", first, answered, phases[ALL_CUT]),
        judging.refused_in_time("web-2", second, answered, phases[ALL_CUT]),
        judging.all_taken("both webs", answered, phases[LAST]),
        judging.nothing_held(course.held),
        judging.ran_alone(fleet, "worker-1", phases[ONE_WORKER]),
        *judging.periodic_work(fleet),
        judging.budget_kept(fleet),
    ]


@click.command
@click.option(
    "--cut", type=click.IntRange(min=30), default=60, show_default=True, help="Seconds of each cut."
)
@click.option("--logs", is_flag=True, help="Tell what the processes logged.")
def main(cut: int, logs: bool) -> None:
    """Kill hosts, cut networks and restart PostgreSQL under load; exit code 1 when a promise was broken."""
    if os.geteuid() != 0:
        raise click.ClickException("only root can make network namespaces")
    course = Course()
    with fleet() as running:
        _break(running, course, cut)
        ended = [name for name, process in running.processes.items() if not process.is_running]
        running.processes["sender"].kill()
        wait_until(lambda: not waits(running.container))
        findings = [*_judge(running, course), judging.nobody_ended(ended)]
        if logs:
            for name, process in running.processes.items():
                if name not in ("sender", "tiktok"):
                    click.echo(f"--- {name}\n{process.output}")
    for finding in findings:
        click.echo(f"{'ok    ' if finding.is_right else 'BREACH'} {finding.what}: {finding.seen}")
    sys.exit(0 if all(finding.is_right for finding in findings) else 1)


if __name__ == "__main__":
    main()
