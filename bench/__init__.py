"""Figures about speed: one file per subject, run by `make bench`. Nothing here is a test."""
