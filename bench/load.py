"""Sends POSTs over keep-alive connections, each as soon as the last was answered, and prints the result.

A process of its own, so that it takes no time from what is measured: `python -m bench.load` reads a Load as
JSON and prints a LoadResult.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import NamedTuple


class Call(NamedTuple):
    """One request that can be sent again and again."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Load:
    """What to send, in turn, and for how long; `{n}` in a header's value becomes unique to each request.

    With `once` each call is sent once, and then it is over.
    """

    port: int
    calls: list[Call]
    connections: int
    seconds: float
    once: bool = False


@dataclass(frozen=True)
class LoadResult:
    """The number of answers, their rate and times in milliseconds, and how many were no 200."""

    answers: int
    a_second: float
    p50: float
    p99: float
    not_200: int


class _Connection:
    """One connection, and the answer it waits for."""

    def __init__(self, load: Load, number: int, all_calls: Iterator[Call]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", load.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Each connection begins elsewhere, so that no two send the same at one moment.
        first = number * len(load.calls) // load.connections
        self._calls = all_calls if load.once else cycle([*load.calls[first:], *load.calls[:first]])
        self._name, self._sent = f"{os.getpid():x}-{number:x}", 0
        self.began, self._answer = 0.0, b""

    def send(self) -> bool:
        """Send the next call; return False where all were sent."""
        if (call := next(self._calls, None)) is None:
            return False
        self._sent += 1
        self._answer, self.began = b"", time.perf_counter()
        path, headers, body = call
        head = {"Host": "bench", "Content-Length": str(len(body)), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        lines = lines.replace("{n}", f"{self._name}-{self._sent:x}", 1)
        self.socket.sendall(f"POST {path} HTTP/1.1\r\n{lines}\r\n{body}".encode())
        return True

    def read_status(self) -> bytes | None:
        """Read what came; return the status of the answer once it is whole, None before."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed a connection")
        self._answer += piece
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return self._answer[9:12] if len(body) >= length else None


def run(load: Load) -> LoadResult:
    waited: list[float] = []
    all_calls = iter(load.calls)
    statuses: Counter[bytes] = Counter()
    selector = selectors.DefaultSelector()
    connections = [_Connection(load, number, all_calls) for number in range(load.connections)]
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    under_way = sum(connection.send() for connection in connections)
    began = time.perf_counter()
    while under_way and time.perf_counter() - began < load.seconds:
        for key, _ in selector.select(0.1):
            status = key.data.read_status()
            if status is not None:
                waited.append(time.perf_counter() - key.data.began)
                statuses[status] += 1
                under_way -= not key.data.send()
    waited.sort()
    took = time.perf_counter() - began
    p50, p99 = (waited[int(len(waited) * share)] * 1000 for share in (0.5, 0.99))
    return LoadResult(len(waited), len(waited) / took, p50, p99, sum(statuses.values()) - statuses[b"200"])


if __name__ == "__main__":
    print(json.dumps(asdict(run(Load(**json.load(sys.stdin))))))
