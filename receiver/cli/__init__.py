"""The command line, one file a group of the contract; `register` puts them on the app."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Put every group on the app."""
