"""`settings`: every setting with its value, where the value comes from, and what it means."""

from __future__ import annotations

import click

from receiver.cli.output import json_option, print_rows
from receiver.cli.single import plain_command
from receiver.home import HOME
from receiver.setting_sources import SettingSource, find_sources
from receiver.settings import read_settings

ENV_FILE = HOME / ".env"


@plain_command("settings")
@json_option
def settings_command(as_json: bool) -> None:
    """Print every setting with its value, source and meaning; of a secret only whether it is set.

    Exit code 1 when one is wrong. Needs no database.
    """
    sources = find_sources(ENV_FILE)
    if not as_json:
        click.echo(f"settings file: {ENV_FILE} ({'read' if ENV_FILE.is_file() else 'not there'})\n")
    print_rows([_row(setting) for setting in sources], as_json, ("setting", "value", "source", "meaning"))
    read_settings(ENV_FILE)  # raises for a wrong one: its error is the last line


def _row(source: SettingSource) -> dict[str, str | None]:
    setting = source.setting
    return {
        "setting": setting.name,
        "value": source.display_text,
        "source": "required" if source.text is None else source.source,
        "default": setting.default_value,
        "meaning": setting.meaning,
    }
