"""The folder of the settings file and the data, and how commands are typed there.

A checkout keeps both beside `wsgi.py`. An installed package has no such place: its folder is the one that
AD_CREDIT_HOME names, or else the one the process was started in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_PACKAGE_PARENT = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (_PACKAGE_PARENT / "wsgi.py").is_file()


def _home() -> Path:
    folder = os.environ.get("AD_CREDIT_HOME", "").strip()
    if folder:
        return Path(folder).resolve()
    return _PACKAGE_PARENT if IS_CHECKOUT else Path.cwd()


def with_package(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a child process's environment, in which Python finds a checkout from any folder."""
    if not IS_CHECKOUT:
        return dict(environment)
    python_path = environment.get("PYTHONPATH")
    return {**environment, "PYTHONPATH": os.pathsep.join(filter(None, (str(_PACKAGE_PARENT), python_path)))}


HOME = _home()
COMMAND = "flask --app wsgi" if IS_CHECKOUT else "ad-credit"  # the prefix of every command
