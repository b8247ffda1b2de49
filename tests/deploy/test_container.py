"""The image, the compose file and the page on Kubernetes name only what exists, and their commands run.

A machine that tests may have no container tool. So the image's commands are run from the installed wheel as a
container runs them: the whole tree read-only but for /data and /tmp, as user 10001, without any capability.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from receiver.__main__ import ad_credit
from receiver.settings_table import SETTINGS
from tests.capabilities import needs_root
from tests.conftest import KEY
from tests.deploy.test_wheel import status_of
from tests.processes import wait_until
from tests.sandbox.ports import free_ports

ROOT = Path(__file__).parents[2]
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text()
IGNORED = (ROOT / ".containerignore").read_text()
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
KUBERNETES = (ROOT / "docs" / "kubernetes.md").read_text()
MANIFESTS = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", KUBERNETES, re.S)[0])["items"]
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "ad-credit"}


def instructions(name: str) -> list[str]:
    joined = CONTAINERFILE.replace("\\\n", " ")
    return [line.removeprefix(name).strip() for line in joined.splitlines() if line.startswith(f"{name} ")]


def image_command() -> list[str]:
    return list(json.loads(instructions("CMD")[-1]))


def named_commands() -> Iterator[list[str]]:
    yield image_command()
    yield from (service["command"] for service in OURS.values())
    for container in containers():
        yield container["command"]


def containers() -> list[dict[str, Any]]:
    specs = [item["spec"]["template"]["spec"] for item in MANIFESTS if "template" in item["spec"]]
    return [container for spec in specs for container in spec["containers"]]


def probes() -> Iterator[dict[str, Any]]:
    for container in containers():
        yield from (probe["httpGet"] for name, probe in container.items() if name.endswith("Probe"))


def test_what_the_image_copies_is_there_and_is_let_through() -> None:
    copied = [word for line in instructions("COPY") if "--from" not in line for word in line.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if f"!{name}\n" not in IGNORED] == []
    assert (ROOT / ".dockerignore").read_text() == IGNORED


def test_settings_data_and_environments_stay_out_of_the_image() -> None:
    assert IGNORED.splitlines()[1] == "*"
    assert not {"!.env", "!instance", "!.venv", "!tests"} & set(IGNORED.splitlines())


@pytest.mark.parametrize("words", list(named_commands()), ids=shlex.join)
def test_each_command_that_is_named_is_there_with_its_options(words: list[str]) -> None:
    assert words[0] == "ad-credit"
    context = ad_credit.make_context("ad-credit", words[1:])
    name, command, rest = ad_credit.resolve_command(context, words[1:])
    assert command is not None, name
    command.make_context(name, rest)


def test_secrets_are_files_and_none_stands_in_the_composition() -> None:
    secret = {setting.name for setting in SETTINGS if setting.is_secret}
    for service in OURS.values():
        assert not secret & set(service["environment"])
        files = {name for name in service["environment"] if name.endswith("_FILE")}
        assert {name.removesuffix("_FILE") for name in files} <= {setting.name for setting in SETTINGS}
        assert {Path(service["environment"][name]).name for name in files} == set(service["secrets"])
    assert set(COMPOSE["secrets"]) == {
        name for service in COMPOSE["services"].values() for name in service.get("secrets", ())
    }


@pytest.mark.parametrize("name", OURS)
def test_no_container_of_ours_may_write_to_its_image_or_gain_rights(name: str) -> None:
    service = OURS[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert instructions("USER") == ["10001:10001"]


def test_each_is_given_the_time_it_needs_to_stop() -> None:
    times = {name: int(OURS[name]["stop_grace_period"].rstrip("s")) for name in ("web", "worker")}
    units = {
        name: int(
            re.search(r"TimeoutStopSec=(\d+)", (ROOT / f"deploy/ad-credit-{name}.service").read_text())[1]
        )  # type: ignore[index]
        for name in times
    }
    assert times == units
    for manifest in MANIFESTS:
        if manifest["kind"] == "Deployment":
            spec = manifest["spec"]["template"]["spec"]
            assert (
                spec["terminationGracePeriodSeconds"]
                >= units[manifest["metadata"]["name"].removeprefix("ad-credit-")]
            )


def test_kubernetes_asks_only_what_a_restart_or_another_pod_can_mend() -> None:
    (web,) = (item for item in containers() if item["command"][1] == "web")
    assert (
        web["livenessProbe"]["httpGet"]["path"] == "/healthz"
    )  # a database that is away is no reason to restart
    assert {probe["path"] for probe in probes()} <= {"/healthz", "/readyz"}
    for container in containers():
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


# -- Run as a container runs it --------------------------------------------------------------------

READ_ONLY = """
set -e
mount --make-rprivate /
mount --bind {data} {data}
mount -o remount,bind,ro /
exec unshare --user --map-user=10001 --map-group=10001 -- "$@"
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The volume: the only folder that can be written to; a secret lies beside it."""
    (tmp_path / "keys").write_text(f"{KEY}\n")
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


class Containers:
    """Starts commands of the image over one volume, and kills those that still run at the end."""

    def __init__(self, installed: Path, data: Path) -> None:
        self._installed, self._data = installed, data
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        environment = {
            "PATH": f"{self._installed}:/usr/bin:/bin",
            "AD_CREDIT_HOME": str(self._data),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self._data),
            "SECRET_KEYS_FILE": str(self._data.parent / "keys"),
            "PUBLIC_URL": "https://credit.example",
        }
        script = READ_ONLY.format(data=shlex.quote(str(self._data)))
        log = (self._data.parent / "log").open("ab")
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", script, "sh", *words],
            cwd=self._data, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        log.close()
        self._running.append(process)
        return process

    def run(self, *words: str) -> int:
        return self.start(*words).wait(90)

    @property
    def output(self) -> str:
        return (self._data.parent / "log").read_text()

    def kill(self) -> None:
        for process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def machine(installed: Path, data: Path) -> Iterator[Containers]:
    containers = Containers(installed, data)
    yield containers
    containers.kill()


@needs_root
def test_as_user_10001_on_a_read_only_tree_it_migrates_answers_works_and_stops_in_order(
    machine: Containers,
) -> None:
    assert machine.run("sh", "-c", "id -u; touch /opt/here || touch data/here") == 1, machine.output
    assert machine.output.startswith("10001\n")
    assert "Read-only file system" in machine.output

    port = free_ports(1)
    assert machine.run("ad-credit", "migrate") == 0, machine.output
    web = machine.start(
        *[word.replace("0.0.0.0", "127.0.0.1") for word in image_command()], "--port", str(port)
    )
    worker = machine.start(*OURS["worker"]["command"])
    wait_until(lambda: status_of(port, "GET", "/readyz") == 200)
    assert status_of(port, "GET", "/readyz") == 200, machine.output

    (check,) = re.findall(r"HEALTHCHECK.*?CMD (\[.*\])", CONTAINERFILE.replace("\\\n", " "))
    probe = [word.replace(":8000", f":{port}") for word in json.loads(check)]
    assert machine.run(*probe) == 0, machine.output
    web.send_signal(signal.SIGTERM)
    worker.send_signal(signal.SIGTERM)
    assert (web.wait(120), worker.wait(120)) == (0, 0), machine.output
    assert machine.run(*probe) == 1, "the health check does not see that nothing answers"


def test_the_names_of_the_commands_are_those_of_the_command_line() -> None:
    assert {"run", "web", "worker", "upgrade"} <= set(ad_credit.list_commands(click.Context(ad_credit)))
