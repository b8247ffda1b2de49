"""Deciding, keeping and showing what was decided; reviews of it."""
