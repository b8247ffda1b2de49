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
DEFAULT_FOLDER = SANDBOX_FOLDER.resolve()
WEB_THREADS = "32"  # a sender that stalls holds one of them
START_COMMAND = "make run" if IS_CHECKOUT else "ad-credit sandbox"
HEAD = (
    f"# The sandbox's settings: `{START_COMMAND}` writes them anew at each start. "
    "Real ones have no SANDBOX=yes."
)


@dataclass(frozen=True)
class SandboxPaths:
    """The sandbox's folder, ports and addresses.

    `folder` holds what lives on between runs; after the receiver's `port` come TikTok's and the shops'.
    """

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
        """Return the file with the terms of one of the sandbox's own programmes."""
        return self.folder / f"{programme}.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state.json"


def find_paths(environment: MutableMapping[str, str]) -> SandboxPaths:
    """Read PORT and SANDBOX_FOLDER, by default the project's own folder. Raises SettingsError."""
    port = _port(environment.get("PORT", "").strip() or "8000")
    folder = Path(environment.get("SANDBOX_FOLDER", "").strip() or DEFAULT_FOLDER).resolve()
    if folder == DEFAULT_FOLDER:
        return SandboxPaths(folder, HOME / ".env", port, None)
    return SandboxPaths(folder, folder / ".env", port, f"sqlite:///{folder}/receiver.db")


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65533):
        raise SettingsError(f"PORT is {value!r}; it should be a number from 1 to 65533, such as 8000")
    return int(value)


def prepare_folder(paths: SandboxPaths) -> None:
    """Create the folder. Raises SettingsError when it cannot be written to."""
    try:
        paths.folder.mkdir(parents=True, exist_ok=True)
        if paths.folder == DEFAULT_FOLDER:  # nobody else's, also where an older version made it
            paths.folder.chmod(0o700)
        probe = paths.folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"The folder {paths.folder} cannot be written to ({error.strerror}); "
            "the sandbox keeps its database and logs there."
        ) from error


def check_ports(paths: SandboxPaths) -> None:
    """Check that the sandbox can listen on its ports. Raises SettingsError."""
    for port in paths.ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise SettingsError(
                    f"Port {port} cannot be used ({error.strerror}); PORT={paths.port} takes "
                    f"{paths.port} to {paths.shops_port}, so try: "
                    f"PORT={_another_port(paths.port)} {START_COMMAND}"
                ) from error


def _another_port(port: int) -> int:
    return port + 10 if port < 65500 else 8010


def write_settings(paths: SandboxPaths, environment: MutableMapping[str, str]) -> None:
    """Write the sandbox's settings file and put its values where the environment has none.

    Raises SettingsError when the file holds somebody's real settings.
    """
    values = {
        "SANDBOX": "yes",
        "SANDBOX_FOLDER": str(paths.folder),
        "SECRET_KEYS": _existing_keys(paths.env_file) or Fernet.generate_key().decode(),
        "PUBLIC_URL": paths.web,
        "TIKTOK_API_URL": paths.tiktok,
        "TIKTOK_APP_ID": "7400000000000000001",
        "TIKTOK_APP_SECRET": "sandbox-app-secret",
        "TIKTOK_RATE": "1000",
        "PROGRAMME": str(paths.programme),
        "ALLOW_LOOPBACK_STORES": "yes",
        "WEB_THREADS": WEB_THREADS,
    }
    if paths.database_url:
        values["DATABASE_URL"] = paths.database_url
    lines = [HEAD, *(f"{name}={_quote(value)}" for name, value in values.items())]
    write_private(paths.env_file, "\n".join(lines) + "\n")
    for name, value in values.items():
        if not environment.get(name, "").strip():
            environment[name] = value


def _existing_keys(env_file: Path) -> str | None:
    """Return the keys of the sandbox's own settings file, None without any.

    What they encrypted must stay readable. Raises SettingsError for a file with somebody's real settings.
    """
    try:
        lines = env_file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file} cannot be read ({type(error).__name__}).") from error
    if MARK not in lines:
        raise SettingsError(
            f"{env_file} holds settings of your own, which the sandbox would overwrite: "
            "move it away to play, or run the service itself."
        )
    keys = [line.removeprefix("SECRET_KEYS=") for line in lines if line.startswith("SECRET_KEYS=")]
    return keys[-1].strip("'") if keys else None


def _quote(value: str) -> str:
    plain = all(character.isalnum() or character in "/:._-=+,?&%@" for character in value)
    return value if plain else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
