"""Awards to act on."""

from __future__ import annotations

import pytest

from receiver.container import Container
from tests.award_fixtures import AwardActions


@pytest.fixture
def awards(container: Container) -> AwardActions:
    """Two due awards, of a store each."""
    return AwardActions(container, 2)
