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
    return _with_pages(_bare_app(), container or checked_container(settings or read_settings()))


def create_command_app() -> Flask:
    """The app that a command runs in: without pages, which take half a second and 15 megabytes to import.

    A setting that is wrong is told by the command that needs it: `secrets new` and `credits decide` need
    none. Only a sandbox has its pages here too: they come with its commands.
    """
    app = _bare_app()
    try:
        made = checked_container(read_settings())
    except SettingsError as error:
        app.extensions["receiver"] = error
        return app
    if made.sandbox:
        return _with_pages(app, made)
    app.extensions["receiver"] = made
    return app


def _bare_app() -> Flask:
    log_to_stderr()
    app = Flask("receiver", static_folder=None, template_folder=None)
    cli.register(app)
    return app


def _with_pages(app: Flask, made: Container) -> Flask:
    from receiver import web  # here: a command needs none of it

    app.extensions["receiver"] = made
    web.register(app, made)
    if made.sandbox:
        made.sandbox.register(app)
    return app


def _looked_up_by_a_command() -> bool:
    """Whether `flask --app wsgi COMMAND` is looking for its commands (`flask run` is a server, not this)."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)
