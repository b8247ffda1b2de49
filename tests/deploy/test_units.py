"""The systemd units we ship are valid, and wait as long as a graceful stop takes."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from receiver.cli.web import ALLOCATOR
from receiver.worker.loop import STOP_WITHIN_SECONDS
from tests.capabilities import needs_systemd

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy").glob("*.service"))
INSTALLED = "/opt/ad-credit/.venv/bin"


def service_of(name):
    parsed = ConfigParser(interpolation=None, delimiters="=")
    parsed.optionxform = str
    parsed.read(ROOT / "deploy" / f"ad-credit-{name}.service", encoding="utf-8")
    return parsed["Service"]


@needs_systemd
def test_systemd_finds_nothing_wrong_with_them(tmp_path):
    assert len(UNITS) == 2
    here = Path(sys.executable).parent
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text(encoding="utf-8").replace(INSTALLED, str(here)))
    result = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )
    complaints = [line for line in result.stderr.splitlines() if "ad-credit" in line]
    assert (result.returncode, complaints) == (0, [])


@pytest.mark.parametrize("name", ["web", "worker"])
def test_what_they_start_is_there(name):
    program, *arguments = service_of(name)["ExecStart"].split()
    assert program.startswith(INSTALLED)
    assert shutil.which(Path(program).name, path=Path(sys.executable).parent)
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert f"\n{Path(program).name} {' '.join(arguments)}\n" in page


def test_web_has_the_same_allocator_however_it_is_started():
    pairs = service_of("web")["Environment"].split()
    assert dict(pair.split("=", 1) for pair in pairs) == ALLOCATOR
    image = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert set(pairs) <= set(image.split())


def test_they_wait_longer_than_a_stop_takes():
    (for_answers,) = re.findall(r"--workers-kill-timeout (\d+)", service_of("web")["ExecStart"])
    assert int(service_of("web")["TimeoutStopSec"]) > int(for_answers)
    assert int(service_of("worker")["TimeoutStopSec"]) > STOP_WITHIN_SECONDS


@needs_systemd
@pytest.mark.parametrize("name", ["web", "worker"])
def test_systemd_counts_little_that_they_could_do_without(name):
    """Of 100 points: the more, the more an intruder could do."""
    unit = ROOT / "deploy" / f"ad-credit-{name}.service"
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", unit]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", ["web", "worker"])
def test_neither_can_take_all_of_the_machine(name):
    service = service_of(name)
    assert re.fullmatch(r"[1-9]\d*[MG]", service["MemoryMax"])
    threads = re.findall(r"--blocking-threads (\d+)", service["ExecStart"])
    assert 2 * sum(map(int, threads)) < int(service["TasksMax"]) <= 512


@pytest.mark.parametrize("name", ["web", "worker"])
def test_neither_reaches_what_only_this_network_should(name):
    """169.254.169.254, for one, hands out a cloud's credentials; this machine and stores stay reachable."""
    assert service_of(name)["IPAddressDeny"].split() == ["link-local", "multicast"]
