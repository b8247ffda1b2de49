"""A real WordPress for a test run: Debian's code, MariaDB on a socket, PHP's web server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from tests.capabilities import SBIN
from tests.processes import wait_until
from wp_bridge.packing import SLUG

ROOT = Path(__file__).parents[2]
CODE = ROOT / "build" / "wordpress"
SITE = Path(__file__).parent / "site"
# Its data is deleted after the run, so no write has to wait for the disk.
MARIADB = [
    *("mariadbd", "--no-defaults", "--skip-networking", "--skip-log-bin"),
    *("--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--skip-innodb-doublewrite"),
]
PATIENCE = 120.0


class WordPress:
    """A running site; `url` is its home, `content` its wp-content."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.content = folder / "content"
        self.socket = folder / "sql"
        self.environment = {
            **os.environ,
            "PATH": SBIN,
            "PHP_CLI_SERVER_WORKERS": "4",
            "WORDPRESS_TEST_CONFIG": str(SITE / "config.php"),
            "WORDPRESS_TEST_CONTENT": str(self.content),
            "WORDPRESS_TEST_SITE": str(CODE / "site"),
            "WORDPRESS_TEST_SOCKET": str(self.socket),
            "WORDPRESS_TEST_URL": self.url,
        }

    def php(self, code: str, as_whom: str | None = None) -> Any:
        """Run PHP code in a request to the site, as this user; return the value it returns."""
        form = {"code": code, "as": as_whom or ""}
        answer = requests.post(f"{self.url}/run", data=form, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()

    def run_queue(self, seconds: int = 0) -> None:
        """Run the actions that Action Scheduler would have run within so many seconds."""
        self.php(f"stand_in_run_actions({seconds});")

    def pending_actions(self) -> list[dict[str, Any]]:
        """Return the actions that Action Scheduler has still to run."""
        return list(self.php("return stand_in_pending_actions();"))

    def option(self, name: str) -> Any:
        return self.php(f"return get_option({json.dumps(name)});")

    def keep_option(self, name: str, value: Any) -> None:
        self.php(f"update_option({json.dumps(name)}, json_decode({php_string(json.dumps(value))}, true));")

    def make_webhook(self, number: int, topic: str, address: str, secret: str = "secret") -> None:
        """Make a webhook as the service does by REST; one with that number is replaced."""
        arguments = ", ".join([str(number), *map(php_string, (topic, address, secret))])
        self.php(f"stand_in_add_webhook({arguments});")

    def webhooks(self) -> dict[int, str]:
        """Return the status of each webhook by its number."""
        read = "return $GLOBALS['wpdb']->get_results('SELECT webhook_id, status FROM wp_wc_webhooks');"
        return {int(row["webhook_id"]): row["status"] for row in self.php(read)}

    def remove_webhooks(self) -> None:
        self.php("$GLOBALS['wpdb']->query('DELETE FROM wp_wc_webhooks');")

    def make_key(self, number: int, description: str, key: str) -> None:
        """Make a REST key as the shop manager approves one; without an application it is one made by hand."""
        self.php(f"stand_in_add_key({number}, {php_string(description)}, {php_string(key)});")

    def keys(self) -> list[int]:
        read = (
            "return $GLOBALS['wpdb']->get_col('SELECT key_id FROM wp_woocommerce_api_keys ORDER BY key_id');"
        )
        return [int(number) for number in self.php(read)]

    def complaints(self) -> str:
        """Return what PHP complained of in our plugin; Debian's WordPress is older than its PHP."""
        log = self.content / "debug.log"
        return "".join(line for line in log.open() if SLUG in line) if log.exists() else ""

    def calls(self) -> list[str]:
        """Return the calls the site made, as METHOD URL, without those for updates of WordPress."""
        log = self.content / "calls.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line for line in lines if "api.wordpress.org" not in line]

    def install(self) -> None:
        (self.content / "plugins").mkdir(parents=True)
        (self.content / "mu-plugins").mkdir()
        shutil.copytree(CODE / "themes", self.content / "themes")
        shutil.copy(SITE / "mu.php", self.content / "mu-plugins" / "tests.php")
        shutil.copytree(SITE / "woocommerce", self.content / "plugins" / "woocommerce")
        _run_command(["php", str(SITE / "install.php")], self.environment)


def php_string(text: str) -> str:
    """Return the text as a string literal of PHP."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


@contextmanager
def wordpress(folder: Path) -> Iterator[WordPress]:
    """Install a site without any active plugin, and run it until the end of the block."""
    site = WordPress(folder, _free_port())
    with _database(folder, site), _server(site):
        site.install()
        yield site


@contextmanager
def _database(folder: Path, site: WordPress) -> Iterator[None]:
    data = folder / "data"
    install = [
        "mariadb-install-db",
        "--no-defaults",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--user=root",
        f"--datadir={data}",
    ]
    _run_command(install, site.environment)
    (folder / "init.sql").write_text("CREATE DATABASE IF NOT EXISTS wordpress;\n")
    command = [
        *MARIADB,
        "--user=root",
        f"--datadir={data}",
        f"--socket={site.socket}",
        f"--pid-file={folder / 'pid'}",
        f"--init-file={folder / 'init.sql'}",
    ]
    with _running(command, site.environment):
        wait_until(site.socket.exists)
        yield


@contextmanager
def _server(site: WordPress) -> Iterator[None]:
    address = site.url.removeprefix("http://")
    command = [
        "php",
        *("-d", "max_execution_time=60", "-d", "opcache.revalidate_freq=0"),
        "-S",
        address,
        "-t",
        str(CODE / "site"),
        str(SITE / "router.php"),
    ]
    with _running(command, site.environment):
        host, port = address.split(":")
        wait_until(lambda: _is_listening(host, int(port)))
        yield


def _run_command(command: list[str], environment: dict[str, str]) -> None:
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert result.returncode == 0, result.stdout + result.stderr


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def _is_listening(host: str, port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex((host, port)) == 0
