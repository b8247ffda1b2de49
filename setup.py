"""Packs the companion plugin's zip into the wheel; everything else stands in pyproject.toml."""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))  # an isolated build has no current folder on its path

from wp_bridge.packing import SLUG, pack_plugin  # noqa: E402 (needs the line above)


class BuildWithPlugin(build_py):
    def run(self) -> None:
        super().run()
        folder = Path(self.build_lib) / "wp_bridge"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{SLUG}.zip").write_bytes(pack_plugin())


setup(cmdclass={"build_py": BuildWithPlugin})
