"""The wheel alone is a whole installation: built, installed into a fresh environment, and used from there.

Nothing here needs the network: dependencies of the wheel come from the environment of the tests.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from sqlalchemy import select

from receiver.container import build_container
from receiver.integrations.woocommerce.signature import sign, signing_key
from receiver.storage.tables import Delivery
from receiver.version import VERSION
from tests.conftest import KEY, make_settings
from tests.deploy.conftest import tracked_files
from tests.processes import wait_until
from tests.sandbox.ports import free_ports
from tests.signals import SECRET, add_shop, body_of
from tests.signals import signal as signal_of
from wp_bridge.packing import SLUG, pack_plugin


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with settings, as an operator makes it."""
    (tmp_path / ".env").write_text(f"SECRET_KEYS={KEY}\nPUBLIC_URL=https://credit.example\n")
    return tmp_path


def clean_environment() -> dict[str, str]:
    """Return our environment without settings of the service: the folder alone configures it."""
    ours = ("PYTHONPATH", "SECRET_KEYS", "PUBLIC_URL", "DATABASE_URL", "AD_CREDIT_HOME")
    return {name: value for name, value in os.environ.items() if name not in ours}


def ad_credit(installed: Path, home: Path, *words: str) -> str:
    command = [str(installed / "ad-credit"), *words]
    result = subprocess.run(
        command, cwd=home, env=clean_environment(), capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def running_service(installed: Path, home: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`ad-credit run`, and the port that its web process answers on."""
    port = free_ports(1)
    command = [str(installed / "ad-credit"), "run", "--port", str(port)]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=home, env=clean_environment(), stdout=log, stderr=log, text=True
        )
    try:
        wait_until(lambda: status_of(port, "GET", "/healthz") == 200)
        yield process, port
    finally:
        process.kill()  # its parts end with it
        process.wait()


def status_of(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def children_of(process: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_the_wheel_carries_every_file_of_the_product_and_the_plugins_zip_and_nothing_else(
    wheel: Path,
) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        name for name in tracked_files("receiver", "wp_bridge") if not name.startswith("wp_bridge/plugin/")
    }
    assert names == expected | {f"wp_bridge/{SLUG}.zip"}


def test_the_plugins_zip_in_the_wheel_is_the_one_of_make_plugin(wheel: Path) -> None:
    assert zipfile.ZipFile(wheel).read(f"wp_bridge/{SLUG}.zip") == pack_plugin()


def test_the_installed_command_needs_no_settings_for_what_has_none(installed: Path, tmp_path: Path) -> None:
    assert ad_credit(installed, tmp_path, "--version") == f"ad-credit, version {VERSION}\n"
    assert "stores" in ad_credit(installed, tmp_path, "--help")
    ad_credit(installed, tmp_path, "plugin", "plugin.zip")
    assert (tmp_path / "plugin.zip").read_bytes() == pack_plugin()


def test_one_command_runs_the_service_and_a_signed_delivery_is_processed(
    installed: Path, home: Path, running_service: tuple[subprocess.Popen[str], int]
) -> None:
    process, port = running_service
    container = build_container(make_settings(database_url=f"sqlite:///{home}/instance/receiver.db"))
    store = add_shop(container).id
    body = body_of(signal_of())

    status = status_of(
        port,
        "POST",
        f"/webhooks/woocommerce/{store}",
        body,
        Content_Type="application/json",
        X_WC_Webhook_Topic="action.wc_ad_credit_signal",
        X_WC_Webhook_Signature=sign(body, signing_key(SECRET)),
    )

    def states() -> list[str]:
        with container.database.reading() as session:
            return list(session.scalars(select(Delivery.state)))

    wait_until(lambda: states() == ["processed"])
    container.database.close()
    rows = json.loads(ad_credit(installed, home, "deliveries", "list", "--json"))
    assert (status, [row["state"] for row in rows]) == (200, ["processed"])
    assert status_of(port, "GET", "/admin/sign-in") == 200  # templates and translations are there, too

    parts = [*children_of(process.pid)]
    process.send_signal(signal.SIGTERM)
    assert process.wait(90) == 0, (home / "log").read_text()
    assert [part for part in parts if Path(f"/proc/{part}").exists()] == []


def test_when_its_worker_falls_the_whole_service_ends_and_says_so(
    home: Path, running_service: tuple[subprocess.Popen[str], int]
) -> None:
    process, port = running_service
    (worker,) = [
        child
        for child in children_of(process.pid)
        if b"\0worker\0" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    os.kill(worker, signal.SIGKILL)
    assert process.wait(120) == 1
    assert "Error: worker ended by itself (exit status -9)" in (home / "log").read_text()
    assert status_of(port, "GET", "/healthz") is None


def test_a_wrong_setting_stops_the_start_with_one_line(installed: Path, tmp_path: Path) -> None:
    command = [str(installed / "ad-credit"), "run"]
    result = subprocess.run(
        command,
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)
    assert result.stderr.startswith("Error: SECRET_KEYS is not set")
    assert "`ad-credit secrets new`" in result.stderr
