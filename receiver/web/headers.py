"""What every page of ours tells browsers not to do."""

from __future__ import annotations

# No script at all, no frames, nothing from elsewhere.
NO_SCRIPT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
