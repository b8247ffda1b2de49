"""A programme with few places."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def capped(tmp_path: Path) -> str:
    """A programme that admits two merchants."""
    from receiver.documents.programme import SHIPPED

    text = (SHIPPED / "woocommerce-2025.toml").read_text().replace("\n[window]", "\ncapacity = 2\n[window]")
    file = tmp_path / "capped.toml"
    file.write_text(text.replace('id = "woocommerce-2025"', 'id = "capped"'))
    return str(file)
