"""Builds the app: settings → database and clients → services → routes and commands."""

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
    """The whole service as a WSGI app. Starts no thread and opens no connection.

    Raises SettingsError when a setting is wrong. `flask --app wsgi COMMAND` gets an app for commands instead.
    """
    if settings is None and container is None and _looked_up_by_a_command():
        return create_command_app()
    log_to_stderr()
    return _with_pages(container or checked_container(settings or read_settings()))


def create_served_app(container: Container | None = None) -> Flask:
    """The same as servers start it: what only staff call is imported when they do. Raises as `create_app`.

    A sandbox's pages are staff's, so that it has everything from the start.
    """
    if container is None and _looked_up_by_a_command():
        return create_command_app()
    log_to_stderr()
    made = container or checked_container(read_settings())
    if made.sandbox:
        return _with_pages(made)
    from receiver import web  # here: a command needs none of it

    app = _bare_app(made)
    web.register_lean(app, made, lambda: _bare_app(made))
    return app


def create_command_app() -> Flask:
    """The app that a command runs in: without pages, which take half a second and 15 megabytes to import.

    A setting that is wrong is told by the command that needs it: `secrets new` and `credits decide` need
    none. Only a sandbox has its pages here too: they come with its commands.
    """
    log_to_stderr()
    try:
        made = checked_container(read_settings())
    except SettingsError as error:
        return _bare_app(error)
    return _with_pages(made) if made.sandbox else _bare_app(made)


def _bare_app(made: Container | SettingsError) -> Flask:
    app = Flask("receiver", static_folder=None, template_folder=None)
    app.extensions["receiver"] = made
    cli.register(app)
    return app


def _with_pages(made: Container) -> Flask:
    from receiver import web  # here: a command needs none of it

    app = _bare_app(made)
    web.register(app, made)
    if made.sandbox:
        made.sandbox.register(app)
    return app


def _looked_up_by_a_command() -> bool:
    """Whether `flask --app wsgi COMMAND` is looking for its commands (`flask run` is a server, not this)."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)
