"""The folder of the settings file and the data, and how commands are typed there.

A checkout keeps both beside `wsgi.py`. An installed package has no such place: its folder is the one that
AD_CREDIT_HOME names, or else the one the process was started in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_BESIDE_THE_PACKAGE = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (_BESIDE_THE_PACKAGE / "wsgi.py").is_file()


def _home() -> Path:
    named = os.environ.get("AD_CREDIT_HOME", "").strip()
    if named:
        return Path(named).resolve()
    return _BESIDE_THE_PACKAGE if IS_CHECKOUT else Path.cwd()


def with_package(environment: Mapping[str, str]) -> dict[str, str]:
    """Return a child's environment, in which a checkout is found from whatever folder it is started in."""
    if not IS_CHECKOUT:
        return dict(environment)
    known = environment.get("PYTHONPATH")
    return {**environment, "PYTHONPATH": os.pathsep.join(filter(None, (str(_BESIDE_THE_PACKAGE), known)))}


HOME = _home()
COMMAND = "flask --app wsgi" if IS_CHECKOUT else "ad-credit"  # what stands before the name of a command
