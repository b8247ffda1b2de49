"""Programmes: terms that stores enrol in, their places, and their statistics."""
