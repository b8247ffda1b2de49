"""The version of the service; pyproject.toml and the release workflow read it."""

VERSION = "0.2.0"
