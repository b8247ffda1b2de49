"""`make simulate`: forty days of polling many ad accounts against TikTok's limits, event by event.

The environment is simulated: accounts that are linked, spend, are restated, revoke; TikTok's delays and
outages. What is ours is real: the schedule (`domain/schedule.py`), the back-off, the rule by which calls take
their turn (`domain/rate_limiter.py`), and when a date's figures are final (`domain/calendar.py`).
A store's decision is modelled by its sums: forty days of 50,000 accounts would be ten million of them.
"""

from __future__ import annotations

import heapq
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from receiver.domain.calendar import Window, final_at, local_date, start_of
from receiver.domain.decision import Stage
from receiver.domain.poll_reasons import PollReason
from receiver.domain.rate_limiter import BudgetState, Rate, Throttled
from receiver.domain.schedule import PollingState, after_failures, next_poll

BEGAN = datetime(2025, 11, 1, tzinfo=UTC)
A_SECOND, A_MINUTE, A_DAY = 10, 600, 864_000  # TikTok's Basic level
RATE = 9.0  # calls a second we allow ourselves: never all of the level's
CALLS_A_POLL = 2  # its state and its report; bills and earlier spend are counted apart
TIERS = tuple(map(Decimal, (500, 1500, 5000)))
WINDOW_DAYS, DUE_WITHIN = 30, timedelta(days=7)
BEFORE_DUE = timedelta(hours=24)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=6)
OUTAGES = ((11.3, 6), (24.8, 6), (33.1, 6))  # day and hours: TikTok answers nobody
REVOKED, COMES_BACK = 0.03, 0.5  # of the accounts; of those
ZONES = (
    *("America/New_York", "America/Los_Angeles", "America/Chicago", "Europe/London"),
    *("America/Denver", "Pacific/Honolulu", "Asia/Bangkok", "Asia/Tokyo"),
)
FILE = Path(__file__).resolve().parent.parent / "build" / "simulate.json"

day_start = lru_cache(100_000)(start_of)


@dataclass
class Account:
    """One ad account and its merchant: how they behave, and what was read and decided."""

    id: str
    zone: ZoneInfo
    linked: datetime
    begins: date  # the first date with spend
    amounts: tuple[Decimal, ...]  # of each date of the window, once final
    provisional: tuple[Decimal, ...]  # the same before TikTok corrects them
    revoked: datetime | None
    back: datetime | None
    by_bills: bool
    is_gone: bool = False  # revoked, and never comes back
    failures: int = 0
    final: list[tuple[date, Decimal]] = field(default_factory=list)  # the dates that were read as final
    reached: Decimal = Decimal(0)  # their sum
    decided: datetime | None = None
    bills_read: datetime | None = None

    @property
    def window(self) -> Window:
        return Window.of(self.begins, WINDOW_DAYS)


@dataclass
class SimulationResult:
    """The result of a run."""

    accounts: int
    days: int
    polls: int = 0
    calls: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    lateness: list[float] = field(default_factory=list)  # seconds a poll waited for its turn
    busiest: Counter[int] = field(default_factory=Counter)  # calls by minute
    awards: int = 0
    late: list[str] = field(default_factory=list)
    spare: list[float] = field(default_factory=list)  # hours between decision and due

    def as_data(self) -> dict[str, Any]:
        return {
            "accounts": self.accounts,
            "days": self.days,
            "polls": self.polls,
            "calls": self.calls,
            "calls_an_account_a_day": self.calls / self.accounts / self.days,
            "share_of_the_day_used_at_most": max(_by_day(self.busiest).values(), default=0) / A_DAY,
            "calls_in_the_busiest_minute": max(self.busiest.values(), default=0),
            "awards_due": self.awards,
            "awards_decided_less_than_a_day_before_due": len(self.late),
            "hours_between_decision_and_due": _percentiles(self.spare, (0, 1, 50, 99)),
            "seconds_a_poll_waited_for_its_turn": _percentiles(self.lateness, (50, 90, 99, 100)),
            "polls_by_reason": dict(self.reasons.most_common()),
            "accounts_one_basic_level_carries": int(
                A_DAY * RATE / A_SECOND * 0.8 / (self.calls / self.accounts / self.days)
            ),
        }


class _Event(NamedTuple):
    """A call to be made; of those of one moment the urgent comes first, as the service picks it."""

    at: datetime
    is_routine: bool
    number: int  # of the account
    planned: datetime  # when its poll was to begin
    why: PollReason
    calls_left: int = 0  # calls of this poll, this one included; 0: all


class PollingSimulation:
    """Accounts, TikTok, and the budget that all accounts share."""

    def __init__(self, accounts: int, days: int, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 (nothing secret)
        self.accounts = [_account(number, chance) for number in range(accounts)]
        self.end = BEGAN + timedelta(days=days)
        self.outages = [
            (BEGAN + timedelta(days=day), BEGAN + timedelta(days=day, hours=hours)) for day, hours in OUTAGES
        ]
        self.result = SimulationResult(accounts, days)
        self.rate, self.budget = Rate(RATE), BudgetState()

    def run(self, progress: Progress) -> SimulationResult:
        """Simulate call by call: how many calls others may make during a poll depends on it."""
        queue = [
            _Event(account.linked, False, number, account.linked, PollReason.FIRST_SPEND)
            for number, account in enumerate(self.accounts)
        ]
        heapq.heapify(queue)
        task = progress.add_task("days", total=(self.end - BEGAN).total_seconds())
        shown_at = BEGAN
        while queue and queue[0].at < self.end:
            event = heapq.heappop(queue)
            if event.at - shown_at > timedelta(hours=6):
                progress.update(task, completed=(event.at - BEGAN).total_seconds())
                shown_at = event.at
            following = self._call(event)
            if following is not None:
                heapq.heappush(queue, following)
        self._judge()
        return self.result

    def _call(self, event: _Event) -> _Event | None:
        """Make one call of a poll; return the next event of this account, None where it has none."""
        account = self.accounts[event.number]
        self.budget, turn = self.rate.reserve(self.budget, event.at, urgent=event.why.is_urgent)
        if isinstance(turn, Throttled):  # the whole poll is put back
            return event._replace(at=turn.until, calls_left=0)
        self.result.calls += 1
        self.result.busiest[int((turn.at - BEGAN).total_seconds() // 60)] += 1
        calls_left = (event.calls_left or CALLS_A_POLL + self._bills_due(account, event.at)) - 1
        if calls_left:
            return event._replace(at=turn.at, calls_left=calls_left)
        self.result.lateness.append((turn.at - event.planned).total_seconds())
        following = self._poll(account, turn.at, event.why)
        if following is None:
            return None
        at, why = following
        return _Event(at, not why.is_urgent, event.number, at, why)

    def _bills_due(self, account: Account, at: datetime) -> bool:
        """Return whether a poll reads bills: each does where bills count, else one a week."""
        return account.by_bills or account.bills_read is None or at - account.bills_read > timedelta(days=7)

    def _poll(self, account: Account, now: datetime, why: PollReason) -> tuple[datetime, PollReason] | None:
        self.result.polls += 1
        self.result.reasons[why] += 1
        if any(start <= now < end for start, end in self.outages):
            account.failures += 1
            return now + after_failures(account.id, FIRST_RETRY, LONGEST_RETRY, account.failures), why
        account.failures = 0
        if account.revoked is not None and account.revoked <= now:
            back, account.revoked = account.back, None
            account.is_gone = back is None
            return None if back is None else (max(back, now), PollReason.FIRST_SPEND)
        account.bills_read = now if self._bills_due(account, now) else account.bills_read
        state = _polling_state(account, now)
        if account.decided is None and _is_decided(account, state):
            account.decided = now
        if account.decided is not None:
            state = replace(state, stage=Stage.DUE)
        plan = next_poll(account.id, state, now)
        return plan.at, plan.why

    def _judge(self) -> None:
        for account in self.accounts:
            due = _due(account)
            if due is None or due - BEFORE_DUE >= self.end:
                continue
            if account.is_gone or (account.back or BEGAN) > due - 2 * BEFORE_DUE:
                continue  # nobody could have read it in time
            self.result.awards += 1
            if account.decided is None or account.decided > due - BEFORE_DUE:
                self.result.late.append(account.id)
            if account.decided is not None:
                self.result.spare.append((due - account.decided).total_seconds() / 3600)


def _account(number: int, chance: random.Random) -> Account:
    """Draw an account; most are linked in the first days, so that their windows end within the run."""
    zone = ZoneInfo(chance.choice(ZONES))
    linked = BEGAN + timedelta(seconds=chance.random() ** 3 * 36 * 86_400)
    begins = local_date(linked, zone) + timedelta(days=min(20, int(chance.expovariate(0.7))))
    a_day = chance.lognormvariate(3.0, 1.1)  # 20 a day in the middle; one in ten above 80
    provisional = tuple(
        Decimal(int(100 * a_day * chance.uniform(0.3, 1.7))) / 100 if chance.random() < 0.9 else Decimal(0)
        for _ in range(WINDOW_DAYS)
    )
    amounts = tuple(
        amount * Decimal("0.97") if chance.random() < 0.05 else amount for amount in provisional
    )  # some restated downwards
    revoked = back = None
    if chance.random() < REVOKED:
        revoked = linked + timedelta(days=chance.uniform(1, 40))
        back = revoked + timedelta(days=chance.uniform(0.1, 6)) if chance.random() < COMES_BACK else None
    by_bills = chance.random() < 0.3
    return Account(
        str(7_400_000_000_000_000_000 + number),
        zone,
        linked,
        begins,
        amounts,
        provisional,
        revoked,
        back,
        by_bills,
    )


def _polling_state(account: Account, now: datetime) -> PollingState:
    window, today = account.window, local_date(now, account.zone)
    if today < window.first:
        return PollingState(Stage.AWAITING_SPEND, account.zone)
    _settle(account, now)
    days = list(account.final)
    for place in range(len(account.final), min(WINDOW_DAYS, (today - window.first).days + 1)):
        day = window.first + timedelta(days=place)
        if now >= day_start(day, account.zone) + timedelta(hours=11):  # TikTok's net cost takes so long
            days.append((day, account.provisional[place]))
    stage = Stage.SETTLING if window.is_over(today) else Stage.ACCUMULATING
    if len(account.final) == WINDOW_DAYS and account.reached < TIERS[0]:
        stage = Stage.ENDED
    return PollingState(stage, account.zone, window, days, account.reached, TIERS)


def _settle(account: Account, now: datetime) -> None:
    """Add the dates whose figures have become final since the account was last read."""
    place = len(account.final)
    while place < WINDOW_DAYS:
        day = account.begins + timedelta(days=place)
        if now < final_at(day, account.zone):
            return
        account.final.append((day, account.amounts[place]))
        account.reached += account.amounts[place]
        place += 1


def _is_decided(account: Account, state: PollingState) -> bool:
    if state.final_spend >= TIERS[-1]:
        return True
    return len(account.final) == WINDOW_DAYS and state.final_spend >= TIERS[0]


def _due(account: Account) -> datetime | None:
    """Return the start of the date by which an award is due; None where no tier is reached."""
    total = Decimal(0)
    for place, amount in enumerate(account.amounts):
        total += amount
        if total >= TIERS[-1]:
            return start_of(account.begins + timedelta(days=place), account.zone) + DUE_WITHIN
    return start_of(account.window.last, account.zone) + DUE_WITHIN if total >= TIERS[0] else None


def _by_day(minutes: Counter[int]) -> Counter[int]:
    days: Counter[int] = Counter()
    for minute, calls in minutes.items():
        days[minute // 1440] += calls
    return days


def _percentiles(values: list[float], percents: tuple[int, ...]) -> dict[str, float]:
    ordered = sorted(values)
    last = len(ordered) - 1
    return {f"p{item}": round(ordered[last * item // 100], 1) for item in percents} if ordered else {}


def rows_of(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {item:,}" for key, item in value.items())
        yield name.replace("_", " "), f"{value:,.3g}" if isinstance(value, float) else str(value)


@click.command
@click.option("--accounts", default=50_000, show_default=True)
@click.option("--days", default=40, show_default=True)
@click.option("--seed", default=20251123, show_default=True)
def main(accounts: int, days: int, seed: int) -> None:
    """Simulate, show it, keep build/simulate.json; exit code 1 where an award was late or a limit met."""
    console = Console()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        result = PollingSimulation(accounts, days, seed).run(progress)
    data = result.as_data()
    table = Table(title=f"{accounts:,} ad accounts over {days} days, seed {seed}", title_justify="left")
    table.add_column("figure")
    table.add_column("value")
    for row in rows_of(data):
        table.add_row(*row)
    console.print(table)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({"seed": seed, **data}, indent=2) + "\n")
    if data["calls_in_the_busiest_minute"] > A_MINUTE:
        raise click.ClickException(f"more than {A_MINUTE} calls were made in a minute")
    if result.late:
        raise click.ClickException(f"{len(result.late)} awards were decided less than a day before due")


if __name__ == "__main__":
    main()
