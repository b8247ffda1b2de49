"""Runs the service on several hosts, under load, and breaks one part after another."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from tests.crash_runner import has_unfinished
from tests.hosts import checks
from tests.hosts.checks import Phase, PromiseCheck
from tests.hosts.fleet import Fleet, fleet
from tests.processes import wait_until

CALM, AWAY = 20, 10  # seconds
ALONE = 130  # seconds: the periodic work of two minutes at least
WEB_CUT, WORKER_CUT, ALL_CUT = "web-1 cut off", "worker-1 cut off", "all cut off"
ONE_WORKER, LAST = "worker-1 alone", "calm again"


class RunLog:
    """The phases of a run with their times, the number of kills, and sessions that survived a cut."""

    def __init__(self) -> None:
        self.phases: dict[str, Phase] = {}
        self.kills = 0
        self.open_sessions: dict[str, int] = {}  # by host, at the end of its cut

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        click.echo(f"{time.strftime('%H:%M:%S')} {name}")
        start = time.time()
        yield
        self.phases[name] = Phase(name, start, time.time())

    def calm(self, seconds: float = CALM, name: str = "calm") -> None:
        with self.phase(name):
            time.sleep(seconds)

    def kill(self, fleet: Fleet, name: str, seconds: float, phase_name: str | None = None) -> None:
        """Kill all processes of a host, and start them again after so many seconds."""
        with self.phase(phase_name or f"{name} killed"):
            fleet.processes[name].kill()
            self.kills += 1
            time.sleep(seconds)
        fleet.processes[name].start()
        self.calm()

    def cut(self, fleet: Fleet, name: str, seconds: float, phase_name: str) -> None:
        with fleet.hosts[name].cut_off(), self.phase(phase_name):
            time.sleep(seconds)
            if name != "db":
                self.open_sessions[name] = fleet.sessions_of(name)
        self.calm()


def _break(fleet: Fleet, log: RunLog, seconds: int) -> None:
    log.calm()
    log.kill(fleet, "web-2", AWAY)
    log.kill(fleet, "worker-2", AWAY)
    log.cut(fleet, "web-1", seconds, WEB_CUT)
    log.cut(fleet, "worker-1", seconds, WORKER_CUT)
    log.kill(fleet, "worker-2", ALONE, ONE_WORKER)
    log.cut(fleet, "db", seconds, ALL_CUT)
    with log.phase("PostgreSQL restarted"):
        fleet.server.stop()
        time.sleep(AWAY)
        fleet.server.start()
    log.calm()
    log.calm(2 * checks.MINUTE, LAST)


def _judge(fleet: Fleet, log: RunLog) -> list[PromiseCheck]:
    answers, phases = fleet.answers(), log.phases
    first, second = fleet.addresses.values()
    return [
        checks.nothing_lost(fleet.container, answers, log.kills),
        checks.refused_promptly("web-1", first, answers, phases[WEB_CUT]),
        checks.all_accepted("web-2", answers, phases[WEB_CUT], second),
        checks.all_accepted("both webs", answers, phases[WORKER_CUT]),
        checks.refused_promptly("web-1", first, answers, phases[ALL_CUT]),
        checks.refused_promptly("web-2", second, answers, phases[ALL_CUT]),
        checks.all_accepted("both webs", answers, phases[LAST]),
        checks.no_session_survived(log.open_sessions),
        checks.ran_alone(fleet, "worker-1", phases[ONE_WORKER]),
        *checks.periodic_work(fleet),
        checks.within_budget(fleet),
    ]


@click.command
@click.option(
    "--cut",
    "cut_seconds",
    type=click.IntRange(min=30),
    default=60,
    show_default=True,
    help="Seconds of each cut.",
)
@click.option("--logs", is_flag=True, help="Tell what the processes logged.")
def main(cut_seconds: int, logs: bool) -> None:
    """Kill hosts, cut networks and restart PostgreSQL under load; exit code 1 when a promise was broken."""
    if os.geteuid() != 0:
        raise click.ClickException("only root can make network namespaces")
    log = RunLog()
    with fleet() as running:
        _break(running, log, cut_seconds)
        exited = [name for name, process in running.processes.items() if not process.is_running]
        running.processes["sender"].kill()
        wait_until(lambda: not has_unfinished(running.container))
        findings = [*_judge(running, log), checks.no_process_exited(exited)]
        if logs:
            for name, process in running.processes.items():
                if name not in ("sender", "tiktok"):
                    click.echo(f"--- {name}\n{process.output}")
    for finding in findings:
        click.echo(f"{'ok    ' if finding.is_right else 'BREACH'} {finding.promise}: {finding.observation}")
    sys.exit(0 if all(finding.is_right for finding in findings) else 1)


if __name__ == "__main__":
    main()
