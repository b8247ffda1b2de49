"""Every package, those that others draw in too, stands in a lock with its version and hashes."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LISTS = sorted(file.stem for file in ROOT.glob("requirements*.txt"))
PACKAGE = re.compile(r"^(\S+)==(\S+)(?: ; ([^\\]+?))?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.M)


def wanted(name: str) -> list[Requirement]:
    """What a list asks for, with the lists that it draws in."""
    found = []
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if line.startswith("-r "):
            found += wanted(Path(line.removeprefix("-r ")).stem)
        elif not line.startswith("#"):
            found.append(Requirement(line))
    return found


def locked(name: str) -> dict[str, tuple[str, set[str]]]:
    """package → its version and hashes."""
    text = (ROOT / f"{name}.lock").read_text()
    found = {
        match[1]: (match[2], set(re.findall("sha256:([0-9a-f]+)", match[4])))
        for match in PACKAGE.finditer(text)
    }
    lines = [line for line in text.splitlines() if line and line[0] not in "# "]
    assert len(found) == len(lines), "a line of the lock is no pinned package with hashes"
    return found


@pytest.mark.parametrize("name", LISTS)
def test_a_lock_holds_what_its_list_asks_for(name: str) -> None:
    versions = {package: version for package, (version, _) in locked(name).items()}
    for requirement in wanted(name):
        (pin,) = requirement.specifier
        assert (pin.operator, versions.get(canonicalize_name(requirement.name))) == ("==", pin.version), (
            f"{requirement} is not in {name}.lock; run `make lock`"
        )


@pytest.mark.parametrize("name", ["requirements-dev", "requirements-mutation"])
def test_tests_run_on_the_very_packages_of_the_service(name: str) -> None:
    assert locked("requirements").items() <= locked(name).items()


def test_a_lock_holds_what_its_packages_ask_for() -> None:
    there = locked("requirements-dev")
    for package in there:
        try:
            needs = distribution(package).requires or []
        except PackageNotFoundError:  # of another platform
            continue
        for need in map(Requirement, needs):
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert canonicalize_name(need.name) in there, f"{package} needs {need}; run `make lock`"


def test_what_is_installed_is_what_is_locked() -> None:
    for package, (version, _) in locked("requirements-dev").items():
        try:
            assert distribution(package).version == version
        except PackageNotFoundError:
            assert package == "colorama", package  # of Windows alone
