"""`plugin`: the companion plugin's zip, for merchants to install."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click

from receiver.cli.output import json_option, print_one
from receiver.cli.single import plain_command
from receiver.errors import Refused
from wp_bridge.packing import plugin_zip


@plain_command("plugin")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def plugin_command(file: Path, as_json: bool) -> None:
    """Write the companion plugin's zip into FILE.

    A merchant installs it in WordPress. Needs no settings.
    """
    try:
        content = plugin_zip()
        file.write_bytes(content)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Refused(f"{file} was not written: {error}") from error
    print_one({"file": str(file), "bytes": len(content)}, as_json)
