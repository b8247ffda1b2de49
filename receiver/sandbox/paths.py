"""The sandbox's folder, ports and settings; it never overwrites settings of somebody's own."""

from __future__ import annotations

import socket
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from receiver.errors import SettingsError
from receiver.home import HOME, IS_CHECKOUT
from receiver.sandbox.json_file import write_private
from receiver.settings import SANDBOX_FOLDER

MARK = "SANDBOX=yes"
USUAL = SANDBOX_FOLDER.resolve()
WEB_THREADS = "32"  # a sender that stalls holds one of them
START = "make run" if IS_CHECKOUT else "ad-credit sandbox"
HEAD = f"# The sandbox's settings: `{START}` writes them anew at each start. Real ones have no SANDBOX=yes."


@dataclass(frozen=True)
class SandboxPaths:
    """`folder` holds what lives on between runs; after the receiver's `port` come TikTok's and the shops'."""

    folder: Path
    env_file: Path
    port: int
    database_url: str | None  # None: the default

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tiktok_port(self) -> int:
        return self.port + 1

    @property
    def tiktok(self) -> str:
        return f"http://127.0.0.1:{self.tiktok_port}/open_api/v1.3"

    @property
    def shops_port(self) -> int:
        return self.port + 2

    @property
    def ports(self) -> tuple[int, ...]:
        return self.port, self.tiktok_port, self.shops_port

    @property
    def shops(self) -> str:
        return f"http://127.0.0.1:{self.shops_port}"

    @property
    def programme(self) -> Path:
        """The terms of new stores."""
        return self.terms("sandbox")

    def terms(self, programme: str) -> Path:
        """The file of one of the sandbox's own programmes."""
        return self.folder / f"{programme}.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state.json"


def find_paths(environment: MutableMapping[str, str]) -> SandboxPaths:
    """Read PORT, and SANDBOX_FOLDER for one that is apart from the project's. Raises SettingsError."""
    port = _port(environment.get("PORT", "").strip() or "8000")
    folder = Path(environment.get("SANDBOX_FOLDER", "").strip() or USUAL).resolve()
    if folder == USUAL:
        return SandboxPaths(folder, HOME / ".env", port, None)
    return SandboxPaths(folder, folder / ".env", port, f"sqlite:///{folder}/receiver.db")


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65533):
        raise SettingsError(f"PORT is {value!r}; it should be a number from 1 to 65533, such as 8000")
    return int(value)


def prepare_folder(place: SandboxPaths) -> None:
    """Make the folder. Raises SettingsError when it cannot be written to."""
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
        if place.folder == USUAL:  # nobody else's, also where an older version made it
            place.folder.chmod(0o700)
        probe = place.folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"The folder {place.folder} cannot be written to ({error.strerror}); "
            "the sandbox keeps its database and logs there."
        ) from error


def check_ports(place: SandboxPaths) -> None:
    """Raises SettingsError when the sandbox cannot listen on its ports."""
    for port in place.ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise SettingsError(
                    f"Port {port} cannot be used ({error.strerror}); PORT={place.port} takes "
                    f"{place.port} to {place.shops_port}, so try: PORT={_other(place.port)} {START}"
                ) from error


def _other(port: int) -> int:
    return port + 10 if port < 65500 else 8010


def write_settings(place: SandboxPaths, environment: MutableMapping[str, str]) -> None:
    """Write the sandbox's settings file and put its values where the environment has none.

    Raises SettingsError when the file holds somebody's real settings.
    """
    values = {
        "SANDBOX": "yes",
        "SANDBOX_FOLDER": str(place.folder),
        "SECRET_KEYS": _kept_keys(place.env_file) or Fernet.generate_key().decode(),
        "PUBLIC_URL": place.web,
        "TIKTOK_API_URL": place.tiktok,
        "TIKTOK_APP_ID": "7400000000000000001",
        "TIKTOK_APP_SECRET": "sandbox-app-secret",
        "TIKTOK_RATE": "1000",
        "PROGRAMME": str(place.programme),
        "ALLOW_LOOPBACK_STORES": "yes",
        "WEB_THREADS": WEB_THREADS,
    }
    if place.database_url:
        values["DATABASE_URL"] = place.database_url
    lines = [HEAD, *(f"{name}={_quoted(value)}" for name, value in values.items())]
    write_private(place.env_file, "\n".join(lines) + "\n")
    for name, value in values.items():
        if not environment.get(name, "").strip():
            environment[name] = value


def _kept_keys(env_file: Path) -> str | None:
    """The keys of the sandbox's own file; what they encrypted must stay readable."""
    try:
        there = env_file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file} cannot be read ({type(error).__name__}).") from error
    if MARK not in there:
        raise SettingsError(
            f"{env_file} holds settings of your own, which the sandbox would overwrite: "
            "move it away to play, or run the service itself."
        )
    kept = [line.removeprefix("SECRET_KEYS=") for line in there if line.startswith("SECRET_KEYS=")]
    return kept[-1].strip("'") if kept else None


def _quoted(value: str) -> str:
    plain = all(character.isalnum() or character in "/:._-=+,?&%@" for character in value)
    return value if plain else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
