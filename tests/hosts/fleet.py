"""The service on several hosts: two with web, two with a worker, one with PostgreSQL, one with all others."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy import text

from receiver.container import Container, build_container
from receiver.storage.migrate import migrate
from tests.conftest import make_settings
from tests.db_factories import keep_all
from tests.hosts.network import Host, network
from tests.hosts.postgresql import Server, postgresql
from tests.hosts.sender import SHOPS, SignalAnswer, shop_url
from tests.hosts.tiktok import account_id
from tests.processes import Process, environment_on, wait_until, web, worker
from tests.signals import add_shop

WEBS, WORKERS = ("web-1", "web-2"), ("worker-1", "worker-2")
PORT, TIKTOK_PORT = 8000, 8001
ACCOUNTS = 400  # each is read once and takes some calls: more than can be made in the time
RATE = 5.0  # calls to TikTok a second


class Fleet:
    """All hosts and their processes, each process by the name of its host."""

    def __init__(self, hosts: list[Host], server: Server, container: Container) -> None:
        self.hosts = {host.name: host for host in hosts}
        self.server, self.container = server, container
        self.processes: dict[str, Process] = {}

    @property
    def addresses(self) -> dict[str, str]:
        return {name: f"{self.hosts[name].address}:{PORT}" for name in WEBS}

    def start(self) -> None:
        """Start all processes, and the load once both webs are ready."""
        migrate(self.container.database)
        for number in range(ACCOUNTS):
            keep_all(self.container, f"st_{number}", account_id(number))
        others = self.hosts["others"]
        stores = [add_shop(self.container, shop_url(number)).id for number in range(SHOPS)]
        environment = {
            **environment_on(self.container),
            "TIKTOK_API_URL": f"http://{others.address}:{TIKTOK_PORT}/open_api/v1.3",
            "TIKTOK_RATE": str(RATE),
        }
        python = [sys.executable, "-m"]
        tiktok = [*python, "tests.hosts.tiktok", others.address, str(TIKTOK_PORT), str(ACCOUNTS)]
        load = [*python, "tests.hosts.sender", ",".join(stores), *self.addresses.values()]
        self.processes["tiktok"] = others.start(tiktok, environment)
        for name in WEBS:
            self.processes[name] = self.hosts[name].start(web(PORT, address="0.0.0.0"), environment)
        for name in WORKERS:
            self.processes[name] = self.hosts[name].start(worker(), environment)
        wait_until(lambda: all(map(self.is_ready, WEBS)))
        self.processes["sender"] = others.start(load, environment)

    def is_ready(self, name: str) -> bool:
        try:
            with urlopen(f"http://{self.addresses[name]}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def sessions_of(self, name: str) -> int:
        """Count the sessions the server keeps for a host, and with them the locks of each."""
        with self.container.database.reading() as session:
            query = text("SELECT count(*) FROM pg_stat_activity WHERE client_addr = CAST(:address AS inet)")
            return int(session.scalar(query, {"address": self.hosts[name].back}) or 0)

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()

    # Read from the output of the processes.

    def answers(self) -> list[SignalAnswer]:
        lines = self.processes["sender"].output.splitlines()
        return [SignalAnswer(**json.loads(line)) for line in lines if line.endswith("}")]

    def calls(self) -> list[float]:
        """Return when TikTok was called, in seconds of the epoch, sorted."""
        return sorted(map(float, self.processes["tiktok"].output.split()))

    def runs(self) -> list[tuple[str, str, str]]:
        """Return worker, job and minute of each periodic run."""
        lines = [(name, line) for name in WORKERS for line in self.processes[name].output.splitlines()]
        entries = [(name, json.loads(line)) for name, line in lines if '"periodic run"' in line]
        return [(name, item["job"], item["minute"]) for name, item in entries]


@contextmanager
def fleet() -> Iterator[Fleet]:
    with ExitStack() as undone:
        hosts = undone.enter_context(network("db", *WEBS, *WORKERS, "others"))
        server = undone.enter_context(postgresql(hosts[0]))
        container = build_container(make_settings(database_url=server.url))
        undone.callback(container.database.close)
        fleet = Fleet(hosts, server, container)
        undone.callback(fleet.stop)
        fleet.start()
        yield fleet
