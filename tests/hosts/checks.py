"""Checks of what the hosts reported after a run: each promise was kept or broken."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from receiver.container import Container
from receiver.storage.rate_limiter import SharedBudget
from receiver.worker.jobs import every_minute
from tests.crash_runner import CrashResult, check_deliveries
from tests.hosts.fleet import RATE, WORKERS, Fleet
from tests.hosts.sender import SignalAnswer

ANSWERED_WITHIN = 20.0  # seconds, while the database is away
WELL_WITHIN = 15.0  # after it is back
LONGEST_WITHOUT = timedelta(minutes=3)  # between two runs of a job: a minute's outage can cover two of them
MINUTE = 60.0


@dataclass(frozen=True)
class Phase:
    """A named part of a run, between two moments of the epoch."""

    name: str
    start: float
    end: float


@dataclass(frozen=True)
class PromiseCheck:
    """A promise, what was observed, and whether it was kept."""

    promise: str
    observation: str
    is_right: bool


def nothing_lost(container: Container, answers: Sequence[SignalAnswer], kills: int) -> PromiseCheck:
    result = CrashResult(kills)
    for item in answers:
        if item.id is not None:
            result.accepted[item.number] = item.id
        else:
            result.refused[str(item.status)] += 1
    return PromiseCheck("what was answered 200", str(check_deliveries(container, result)), result.is_whole)


def refused_promptly(name: str, web: str, answers: Iterable[SignalAnswer], outage: Phase) -> PromiseCheck:
    """Check that a web host cut off from the database answered 503 in time, and recovered soon after."""
    ours = [item for item in answers if item.web == web and item.at + item.seconds > outage.start]
    during = [our for our in ours if our.at < outage.end]
    refused = [item for item in during if item.status != 200]
    proper = bool(refused) and all((item.status, bool(item.retry_after)) == (503, True) for item in refused)
    longest = max((item.seconds for item in during), default=0.0)
    recovered_at = min(
        (our.at + our.seconds for our in ours if our.at > outage.end and our.status == 200), default=None
    )
    recovery = float("inf") if recovered_at is None else recovered_at - outage.end
    observation = (
        f"{len(refused)} of {len(during)} refused, {'all' if proper else 'NOT all'} by 503 with Retry-After; "
        f"longest wait {longest:.1f} s; first 200 {recovery:.1f} s after"
    )
    return PromiseCheck(
        f"{outage.name}: {name}", observation, proper and longest < ANSWERED_WITHIN and recovery < WELL_WITHIN
    )


def all_accepted(
    name: str, answers: Iterable[SignalAnswer], phase: Phase, web: str | None = None
) -> PromiseCheck:
    """Check that every signal of a phase was answered 200."""
    during = [item for item in answers if phase.start < item.at < phase.end and web in (None, item.web)]
    accepted = sum(item.status == 200 for item in during)
    return PromiseCheck(
        f"{phase.name}: {name}",
        f"{accepted} of {len(during)} answered 200",
        bool(during) and accepted == len(during),
    )


def periodic_work(fleet: Fleet) -> list[PromiseCheck]:
    """Check that each job ran at most once a minute over all hosts, and never paused for long.

    Polling may take minutes, as long as there is something to ask: TikTok's budget shows that it goes on.
    """
    runs = fleet.runs()
    times = Counter((job, minute) for _, job, minute in runs)
    twice = [f"{job} at {minute}" for (job, minute), number in times.items() if number > 1]
    minutes: dict[str, list[datetime]] = defaultdict(list)
    for job, minute in sorted(times):
        if job != "poll":
            minutes[job].append(datetime.fromisoformat(minute))
    gaps = {job: max((b - a for a, b in pairwise(at)), default=timedelta.max) for job, at in minutes.items()}
    hosts = Counter(host for host, _, _ in runs)
    longest = max(gaps.values(), default=timedelta.max)
    return [
        PromiseCheck("periodic work doubled", f"{len(twice)} of {len(runs)} runs {twice[:3]}", not twice),
        PromiseCheck(
            "periodic work stopped",
            f"{len(minutes)} jobs; at most {longest} between two runs of one; "
            + ", ".join(f"{host} {hosts[host]} runs" for host in WORKERS),
            longest <= LONGEST_WITHOUT and all(hosts[host] for host in WORKERS),
        ),
    ]


def ran_alone(fleet: Fleet, name: str, phase: Phase) -> PromiseCheck:
    """Check that one worker did all periodic work while the other was down."""
    first = datetime.fromtimestamp(phase.start).astimezone()
    last = datetime.fromtimestamp(phase.end).astimezone()
    ours = [
        job
        for host, job, minute in fleet.runs()
        if host == name and first - timedelta(minutes=1) < datetime.fromisoformat(minute) <= last
    ]
    all_jobs = {job.name for job in every_minute(fleet.container)}
    return PromiseCheck(
        f"{phase.name}: {name}", f"{len(ours)} runs of {len(set(ours))} jobs", set(ours) == all_jobs
    )


def no_session_survived(open_sessions: Mapping[str, int]) -> PromiseCheck:
    """Check that hosts that were cut off kept no session at the server, and so no lock."""
    observation = ", ".join(f"{name} {number} sessions" for name, number in open_sessions.items())
    return PromiseCheck(
        "kept by the server at the end of a cut", observation, not any(open_sessions.values())
    )


def no_process_exited(exited: Sequence[str]) -> PromiseCheck:
    return PromiseCheck("processes that ended by themselves", ", ".join(exited) or "none", not exited)


def within_budget(fleet: Fleet) -> PromiseCheck:
    """Check that no minute had more calls than the rate allows, and that each call was counted."""
    calls = fleet.calls()
    busiest = max((bisect_left(calls, at + MINUTE) - place for place, at in enumerate(calls)), default=0)
    now = fleet.container.now()
    used = SharedBudget(fleet.container.database, RATE).remaining(now).used
    # The budget counts by days of UTC; a slot reserved before midnight may be used a moment after it.
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    today = sum(at > midnight.timestamp() + MINUTE for at in calls)
    most = RATE * MINUTE
    observation = (
        f"{len(calls)} calls, {busiest} in the busiest minute of {most:.0f}; today {today}, {used} counted"
    )
    return PromiseCheck("TikTok's budget", observation, most / 2 < busiest <= most and today <= used)
