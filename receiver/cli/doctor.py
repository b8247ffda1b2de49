"""`doctor`: checks everything an installation needs, and says what is wrong and what to do."""

from __future__ import annotations

import click

from receiver.cli.output import json_option, one_line, print_rows
from receiver.cli.single import single_command
from receiver.container import current_container
from receiver.errors import SettingsError
from receiver.integrations.probe import probe
from receiver.services.operations.doctor import Check, CheckState, diagnose, diagnose_settings

COLOURS = {CheckState.OK: "green", CheckState.WARN: "yellow", CheckState.FAIL: "red"}


@single_command("doctor")
@json_option
def doctor_command(as_json: bool) -> None:
    """Check settings, database, secrets, worker, terms, TikTok and clock; exit code 1 when one fails."""
    checks = _run_checks(show=not as_json)
    if as_json:
        print_rows(
            [{"check": c.name, "state": c.state, "found": c.finding, "do": c.do} for c in checks], as_json
        )
    failed = [check.name for check in checks if check.state is CheckState.FAIL]
    if failed:
        raise click.ClickException(f"not healthy: {', '.join(failed)}")


def _run_checks(*, show: bool) -> list[Check]:
    """Run the checks; with `show`, print each at once, so that none waits for one that asks the network."""
    try:
        container = current_container()
    except SettingsError as error:
        results = iter([diagnose_settings(error)])
    else:
        results = diagnose(container, probe, container.channel)
    checks = []
    for check in results:
        checks.append(check)
        if show:
            _show(check)
    return checks


def _show(check: Check) -> None:
    state = click.style(f"{check.state:<4}", fg=COLOURS[check.state])
    click.echo(f"{state}  {check.name:<8}  {one_line(check.finding)}")
    if check.do:
        click.echo(f"{'':<16}-> {one_line(check.do)}")
