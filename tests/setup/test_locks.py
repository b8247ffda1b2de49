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


def read_requirements(name: str) -> list[Requirement]:
    """Return the requirements of a list, with those of the lists it includes."""
    requirements = []
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        if line.startswith("-r "):
            requirements += read_requirements(Path(line.removeprefix("-r ")).stem)
        elif not line.startswith("#"):
            requirements.append(Requirement(line))
    return requirements


def read_lock(name: str) -> dict[str, tuple[str, set[str]]]:
    """Return each package of a lock with its version and hashes."""
    text = (ROOT / f"{name}.lock").read_text()
    packages = {
        match[1]: (match[2], set(re.findall("sha256:([0-9a-f]+)", match[4])))
        for match in PACKAGE.finditer(text)
    }
    lines = [line for line in text.splitlines() if line and line[0] not in "# "]
    assert len(packages) == len(lines), "a line of the lock is no pinned package with hashes"
    return packages


@pytest.mark.parametrize("name", LISTS)
def test_a_lock_holds_what_its_list_asks_for(name: str) -> None:
    versions = {package: version for package, (version, _) in read_lock(name).items()}
    for requirement in read_requirements(name):
        (pin,) = requirement.specifier
        assert (pin.operator, versions.get(canonicalize_name(requirement.name))) == ("==", pin.version), (
            f"{requirement} is not in {name}.lock; run `make lock`"
        )


@pytest.mark.parametrize("name", ["requirements-dev", "requirements-mutation"])
def test_tests_run_on_the_very_packages_of_the_service(name: str) -> None:
    assert read_lock("requirements").items() <= read_lock(name).items()


def test_a_lock_holds_what_its_packages_ask_for() -> None:
    packages = read_lock("requirements-dev")
    for package in packages:
        try:
            needs = distribution(package).requires or []
        except PackageNotFoundError:  # of another platform
            continue
        for need in map(Requirement, needs):
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert canonicalize_name(need.name) in packages, f"{package} needs {need}; run `make lock`"


def test_what_is_installed_is_what_is_locked() -> None:
    for package, (version, _) in read_lock("requirements-dev").items():
        try:
            assert distribution(package).version == version
        except PackageNotFoundError:
            assert package == "colorama", package  # of Windows alone
