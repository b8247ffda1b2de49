"""Decisions about stores: made, stored and shown."""
