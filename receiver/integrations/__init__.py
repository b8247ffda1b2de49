"""The outside world, one folder per provider."""
