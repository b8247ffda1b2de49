"""The sandbox keeps to its own folder, ports and settings, and says in one sentence when it cannot."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from receiver.errors import SettingsError
from receiver.home import HOME
from receiver.sandbox.paths import SandboxPaths, check_ports, find_paths, prepare_folder, write_settings
from tests.sandbox.ports import free_ports


@pytest.fixture
def paths(tmp_path: Path) -> SandboxPaths:
    return find_paths({"PORT": "8123", "SANDBOX_FOLDER": str(tmp_path / "a folder")})


def values_of(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_without_a_word_it_lives_in_the_project_on_8000() -> None:
    paths = find_paths({})
    assert (paths.folder, paths.env_file) == (HOME / "instance" / "sandbox", HOME / ".env")
    assert (paths.web, paths.tiktok) == ("http://127.0.0.1:8000", "http://127.0.0.1:8001/open_api/v1.3")


def test_its_own_processes_find_the_same_paths() -> None:
    environment: dict[str, str] = {"SANDBOX_FOLDER": str(find_paths({}).folder)}
    assert find_paths(environment) == find_paths({})


@pytest.mark.parametrize("port", ["0", "65534", "-1", "http", "80 80", "٨٠٠٠"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(SettingsError, match=r"PORT is .* should be a number"):
        find_paths({"PORT": port})


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_a_port_in_use_is_told_with_another_to_choose(listening: int, offset: int, tmp_path: Path) -> None:
    paths = find_paths({"PORT": str(listening - offset), "SANDBOX_FOLDER": str(tmp_path)})
    with pytest.raises(
        SettingsError, match=rf"^Port {listening} cannot be used .* so try: PORT=\d+ make run$"
    ) as caught:
        check_ports(paths)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    paths = find_paths({"SANDBOX_FOLDER": str(tmp_path / "file" / "instance")})
    with pytest.raises(SettingsError, match="cannot be written to"):
        prepare_folder(paths)


class TestSettingsFile:
    def test_is_marked_private_and_complete(self, paths: SandboxPaths) -> None:
        prepare_folder(paths)
        write_settings(paths, {})
        values = values_of(paths.env_file)
        assert paths.env_file.read_text().startswith("# The sandbox's settings")
        assert paths.env_file.stat().st_mode & 0o777 == 0o600
        assert values["SANDBOX"] == "yes"
        assert values["PUBLIC_URL"] == "http://127.0.0.1:8123"
        Fernet(values["SECRET_KEYS"])

    def test_written_again_keeps_the_keys_and_follows_the_port(self, paths: SandboxPaths) -> None:
        prepare_folder(paths)
        write_settings(paths, {})
        first = values_of(paths.env_file)
        write_settings(SandboxPaths(paths.folder, paths.env_file, 9000, paths.database_url), {})
        second = values_of(paths.env_file)
        assert second["SECRET_KEYS"] == first["SECRET_KEYS"]
        assert second["PUBLIC_URL"] == "http://127.0.0.1:9000"

    def test_of_somebodys_own_is_refused_and_left_alone(self, paths: SandboxPaths) -> None:
        prepare_folder(paths)
        paths.env_file.write_text("SECRET_KEYS=mine\n")
        with pytest.raises(SettingsError, match="holds settings of your own"):
            write_settings(paths, {})
        assert paths.env_file.read_text() == "SECRET_KEYS=mine\n"

    def test_what_the_environment_says_wins(self, paths: SandboxPaths) -> None:
        prepare_folder(paths)
        environment = {"DATABASE_URL": "postgresql+psycopg://u@h/d", "PUBLIC_URL": ""}
        write_settings(paths, environment)
        assert environment["DATABASE_URL"] == "postgresql+psycopg://u@h/d"
        assert environment["PUBLIC_URL"] == "http://127.0.0.1:8123"


@pytest.fixture
def listening() -> Iterator[int]:
    """A port in use, above two that are free."""
    port = free_ports(3) + 2
    with socket.create_server(("127.0.0.1", port)):
        yield port
