"""Finds each setting's text: in the environment, the settings file, a file of its own, or its default."""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from receiver.errors import SettingsError
from receiver.settings_table import SETTINGS, Setting

FILE_SUFFIX = "_FILE"
SIMILARITY = 0.8  # of 1: from here on one name is taken for a slip of the other
ENCODING = "utf-8-sig"  # editors of Windows write a mark before the text
NO_TEXT = "it is not text in UTF-8; save it as such"


@dataclass(frozen=True)
class SettingSource:
    """A setting with its text and the origin of that; `text` is None without any, or a default."""

    setting: Setting
    text: str | None
    source: str

    @property
    def display_text(self) -> str:
        """The value; of a secret only whether it is set, of a database its address without a password."""
        if not self.text:
            return "unset"
        if self.setting.name == "DATABASE_URL":
            return _without_password(self.text)
        return "set" if self.setting.is_secret else self.text


def find_sources(env_file: Path) -> list[SettingSource]:
    """Look up every setting. Raises SettingsError for a file that cannot be read, or a value set twice."""
    file_values = _settings_file(env_file)
    return [_find(setting, file_values, env_file) for setting in SETTINGS]


def near_misses(env_file: Path) -> dict[str, str]:
    """Return the names in the settings file that no setting has, each with the setting it resembles."""
    names = [name for setting in SETTINGS for name in (setting.name, setting.name + FILE_SUFFIX)]
    unknown = _settings_file(env_file).keys() - set(names)
    near = {name: get_close_matches(name.upper(), names, n=1, cutoff=SIMILARITY) for name in sorted(unknown)}
    return {name: matches[0] for name, matches in near.items() if matches}


def _settings_file(env_file: Path) -> dict[str, str | None]:
    try:
        return dict(dotenv_values(env_file, encoding=ENCODING)) if env_file.is_file() else {}
    except UnicodeDecodeError as error:
        raise SettingsError(f"{env_file.name} cannot be read ({NO_TEXT})") from error
    except OSError as error:
        raise SettingsError(f"{env_file.name} cannot be read ({error.strerror})") from error


def _find(setting: Setting, file_values: dict[str, str | None], env_file: Path) -> SettingSource:
    name = setting.name
    value, source = _look_up(name, file_values, env_file)
    file, _ = _look_up(name + FILE_SUFFIX, file_values, env_file)
    if file:
        if value:
            raise SettingsError(f"{name} and {name}{FILE_SUFFIX} are both set; unset one of them")
        return SettingSource(setting, _content(name + FILE_SUFFIX, file), f"{name}{FILE_SUFFIX} {file}")
    if source is not None:
        return SettingSource(setting, value, source)
    return SettingSource(setting, setting.default_value, "default")


def _look_up(name: str, file_values: dict[str, str | None], env_file: Path) -> tuple[str | None, str | None]:
    """Return the value and where it stands; the environment wins, with an empty value, too.

    Flask's own command puts what the settings file says into the environment.
    """
    if name in os.environ and os.environ[name] != file_values.get(name):
        return os.environ[name], "environment"
    if file_values.get(name) is not None:
        return file_values[name], str(env_file)
    return None, None


def _content(name: str, file: str) -> str:
    try:
        text = Path(file).read_text(encoding=ENCODING)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: {file} cannot be read ({NO_TEXT})") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SettingsError(f"{name}: {file} cannot be read ({reason})") from error
    return text.rstrip("\r\n")


def _without_password(address: str) -> str:
    try:
        parts = urlsplit(address)
        password = parts.password
    except ValueError:
        return "set"
    if parts.scheme == "sqlite" or not (password or parts.query):
        return address if parts.scheme in ("sqlite", "postgresql+psycopg") else "set"
    return f"{parts.scheme}://{parts.username or ''}:***@{parts.hostname or ''}{parts.path}"
