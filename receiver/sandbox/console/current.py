"""The controls of the sandbox that the current app is plugged into, for its page and its commands."""

from __future__ import annotations

from receiver.container import current_container
from receiver.sandbox.controls import Controls


def current_controls() -> Controls:
    """Return the controls of the current app's sandbox."""
    folder = current_container().settings.sandbox_folder
    assert folder is not None  # without it neither page nor commands are registered
    return Controls(folder)
