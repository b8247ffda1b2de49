"""Builds the app: settings, then database and clients, then services, then routes and commands."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import FlaskGroup

from receiver import cli
from receiver.container import Container, checked_container
from receiver.errors import SettingsError
from receiver.logs import log_to_stderr
from receiver.settings import Settings, read_settings


def create_app(settings: Settings | None = None, container: Container | None = None) -> Flask:
    """Build the whole service as a WSGI app, without starting a thread or opening a connection.

    Raises SettingsError when a setting is wrong. `flask --app wsgi COMMAND` gets an app for commands instead.
    """
    if settings is None and container is None and _is_command_lookup():
        return create_command_app()
    log_to_stderr()
    return _with_pages(container or checked_container(settings or read_settings()))


def create_served_app(container: Container | None = None) -> Flask:
    """Build the app for a server: what only staff call is imported at its first call. Raises as `create_app`.

    A sandbox has everything from the start, since its pages are staff's.
    """
    if container is None and _is_command_lookup():
        return create_command_app()
    log_to_stderr()
    container = container or checked_container(read_settings())
    if container.sandbox:
        return _with_pages(container)
    from receiver import web  # here: a command needs none of it

    app = _bare_app(container)
    web.register_lean(app, container, lambda: _bare_app(container))
    return app


def create_command_app() -> Flask:
    """Build the app for a command: without pages, which take half a second and 15 megabytes to import.

    A wrong setting is reported by the command that needs it: `secrets new` and `credits decide` need none.
    Only a sandbox has its pages here too: they come with its commands.
    """
    log_to_stderr()
    try:
        container = checked_container(read_settings())
    except SettingsError as error:
        return _bare_app(error)
    return _with_pages(container) if container.sandbox else _bare_app(container)


def _bare_app(container: Container | SettingsError) -> Flask:
    app = Flask("receiver", static_folder=None, template_folder=None)
    app.extensions["receiver"] = container
    cli.register(app)
    return app


def _with_pages(container: Container) -> Flask:
    from receiver import web  # here: a command needs none of it

    app = _bare_app(container)
    web.register(app, container)
    if container.sandbox:
        container.sandbox.register(app)
    return app


def _is_command_lookup() -> bool:
    """Return whether `flask --app wsgi COMMAND` looks for its commands; False for the server `flask run`."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)
