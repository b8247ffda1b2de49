"""Hosts that are network namespaces, on two networks: one to the database, one to everybody else."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.processes import Process

FRONT, BACK = "10.231.1", "10.231.2"  # everybody's, and the database's
HERE = 254  # this machine, on both
PREFIX = "adc-"  # of all that is created here, so that only this is removed


class Host:
    """A host; `address` is its address on the front network, `back` that on the network of the database."""

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.address, self.back = f"{FRONT}.{number}", f"{BACK}.{number}"
        _ip("netns", "add", self._space)
        self.enter("ip", "link", "set", "lo", "up")
        for side, address in (("front", self.address), ("back", self.back)):
            port = _port(side, name)
            _ip("link", "add", port, "type", "veth", "peer", "name", side, "netns", self._space)
            _ip("link", "set", port, "master", f"{PREFIX}{side}", "up")
            self.enter("ip", "address", "add", f"{address}/24", "dev", side)
            self.enter("ip", "link", "set", side, "up")

    @property
    def _space(self) -> str:
        return f"{PREFIX}{self.name}"

    def command(self, *command: str) -> list[str]:
        return ["ip", "netns", "exec", self._space, *command]

    def enter(self, *command: str) -> None:
        subprocess.run(self.command(*command), check=True, stdout=subprocess.DEVNULL)

    def start(self, command: list[str], environment: dict[str, str]) -> Process:
        return Process(self.command(*command), environment)

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Drop all packets of the host on the database's network while the block lasts; no side is told."""
        self._set_back_port("0")
        yield
        self._set_back_port("3")

    def _set_back_port(self, state: str) -> None:
        """Set the state of the bridge's port: 3 forwards, 0 drops."""
        command = ["bridge", "link", "set", "dev", _port("back", self.name), "state", state]
        subprocess.run(command, check=True)


@contextmanager
def network(*names: str) -> Iterator[list[Host]]:
    """Create hosts of these names, and remove all of it afterwards; leftovers of an earlier run go first."""
    _clear()
    with ExitStack() as undone:
        undone.callback(_clear)
        for side, addresses in (("front", FRONT), ("back", BACK)):
            _ip("link", "add", f"{PREFIX}{side}", "type", "bridge")
            _ip("address", "add", f"{addresses}.{HERE}/24", "dev", f"{PREFIX}{side}")
            _ip("link", "set", f"{PREFIX}{side}", "up")
        hosts = [Host(name, number) for number, name in enumerate(names, start=1)]
        _add_neighbours(hosts)
        yield hosts


def _port(side: str, name: str) -> str:
    """Return the name of a bridge's port to a host; a device's name has at most fifteen letters."""
    return f"{PREFIX}{side[0]}-{name}"


def _add_neighbours(hosts: list[Host]) -> None:
    """Make neighbour entries permanent: an ARP request without answer would reveal a cut."""
    for host in hosts:
        for other in hosts:
            if other is not host:
                host.enter(
                    *("ip", "neighbour", "replace", other.back, "lladdr", _hardware(other), "dev", "back"),
                    *("nud", "permanent"),
                )


def _hardware(host: Host) -> str:
    command = host.command("cat", "/sys/class/net/back/address")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _clear() -> None:
    """Remove every device and namespace with our prefix."""
    for line in _ip_output("netns", "list"):
        if line.startswith(PREFIX):
            for pid in _ip_output("netns", "pids", line.split()[0]):
                subprocess.run(["kill", "-9", pid], check=False)
            _ip("netns", "delete", line.split()[0])
    for side in ("front", "back"):
        subprocess.run(["ip", "link", "delete", f"{PREFIX}{side}"], check=False, stderr=subprocess.DEVNULL)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _ip_output(*arguments: str) -> list[str]:
    result = subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
    return result.stdout.splitlines()
