"""The life of an award after it was decided."""
