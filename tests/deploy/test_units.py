"""The units we ship are what systemd takes, and wait as long as a graceful stop takes."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from receiver.worker import STOP_WITHIN_SECONDS
from tests.machine import needs_systemd

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
    found = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True
    )
    told = [line for line in found.stderr.splitlines() if "ad-credit" in line]
    assert (found.returncode, told) == (0, [])


@pytest.mark.parametrize("name", ["web", "worker"])
def test_what_they_start_is_there(name):
    program, *arguments = service_of(name)["ExecStart"].split()
    assert program.startswith(INSTALLED)
    assert shutil.which(Path(program).name, path=Path(sys.executable).parent)
    written = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert f"\n{Path(program).name} {' '.join(arguments)}\n" in written


def test_they_wait_longer_than_a_stop_takes():
    (for_answers,) = re.findall(r"--workers-kill-timeout (\d+)", service_of("web")["ExecStart"])
    assert int(service_of("web")["TimeoutStopSec"]) > int(for_answers)
    assert int(service_of("worker")["TimeoutStopSec"]) > STOP_WITHIN_SECONDS
